import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES } from '@apollo/federation-internals';
import { Kind, parse, type ConstDirectiveNode } from 'graphql';

/** What this router knows beyond the stock gateway: access control, and values from above in the answer. */
const ownFeatures = new Set(
  ['authenticated/v0.1', 'requiresScopes/v0.1', 'policy/v0.1', 'context/v0.1'].map(
    (feature) => `https://specs.apollo.dev/${feature}`,
  ),
);

/** Features by URL that a supergraph may need `for: SECURITY` or `for: EXECUTION`; with any other it is refused. */
export const supportedFeatures: Set<string> = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  ...ownFeatures,
]);

/**
 * The supergraph for the stock gateway, which loads it but cannot be told that more is supported than it knows: says
 * of nothing that this router does itself what it is needed for.
 */
export function withoutOwnPurposes(supergraphSdl: string): string {
  if (![...ownFeatures].some((url) => supergraphSdl.includes(url))) return supergraphSdl;
  const purposes = parse(supergraphSdl).definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).flatMap(purposeOfOwn)
      : [],
  );
  let text = '';
  let end = 0;
  for (const purpose of purposes) {
    text += supergraphSdl.slice(end, purpose.start);
    ({ end } = purpose);
  }
  return text + supergraphSdl.slice(end);
}

/** Where a `@link` to a feature of ours says `for: …`. */
function purposeOfOwn({ arguments: given = [] }: ConstDirectiveNode) {
  const argument = (name: string) => given.find((each) => each.name.value === name);
  const url = argument('url')?.value;
  const purpose = argument('for')?.loc;
  const isOwn = url?.kind === Kind.STRING && ownFeatures.has(url.value);
  return isOwn && purpose !== undefined ? [purpose] : [];
}
