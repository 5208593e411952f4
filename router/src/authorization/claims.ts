import type { SignedInViewer } from '@pcc/platform';
import { authenticated, policyRight, scopeRight, type Rights } from './rights.js';

/** The claims of an access token that was verified. */
export type Claims = Readonly<Record<string, unknown>>;

/** Decides which policies of `@policy` a viewer meets. What it does not name is refused. */
export type PolicyDecision = (viewer: SignedInViewer, claims: Claims) => readonly string[];

/** The policies that the token's issuer has decided: its claim `policies`. */
export const claimedPolicies: PolicyDecision = (_viewer, claims) => words(claims['policies']);

const rolePrefix = 'role:';

/**
 * Everything that a verified token grants: being signed in, the scopes of its claim `scope` (OAuth's, RFC 8693), the
 * scope `role:` with the viewer's role, and her policies.
 */
export function rightsOf(viewer: SignedInViewer, claims: Claims, policies: PolicyDecision): Rights {
  // A role comes from its own claim alone: with many issuers a client may choose scopes.
  const scopes = words(claims['scope']).filter((scope) => !scope.startsWith(rolePrefix));
  return new Set([
    authenticated,
    ...scopes.map(scopeRight),
    scopeRight(rolePrefix + viewer.role),
    ...policies(viewer, claims).map(policyRight),
  ]);
}

/** Words between spaces, or the texts of a list; of anything else none. */
function words(claim: unknown): string[] {
  const items: unknown[] = typeof claim === 'string' ? claim.split(' ') : asList(claim);
  return items.filter((item): item is string => typeof item === 'string' && item !== '');
}

const asList = (claim: unknown): unknown[] => (Array.isArray(claim) ? claim : []);
