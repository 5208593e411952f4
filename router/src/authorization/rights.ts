/**
 * What a viewer may, by name: `authenticated`, `scope:read:courses`, `policy:owner`. Access control in a supergraph
 * asks for these and for nothing else.
 */
export type Rights = ReadonlySet<string>;

export const noRights: Rights = new Set();

/** The right of everybody who is signed in: what `@authenticated` asks for. */
export const authenticated = 'authenticated';
/** What `@requiresScopes` asks for. */
export const scopeRight = (scope: string): string => `scope:${scope}`;
/** What `@policy` asks for. */
export const policyRight = (policy: string): string => `policy:${policy}`;

export const areSame = (one: Rights, other: Rights): boolean =>
  one.size === other.size && [...one].every((right) => other.has(right));
