import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES } from '@apollo/federation-internals';

/** What this router knows beyond the stock gateway: access control, and values from above in the answer. */
export const ownFeatures: readonly string[] = [
  'authenticated/v0.1',
  'requiresScopes/v0.1',
  'policy/v0.1',
  'context/v0.1',
].map((feature) => `https://specs.apollo.dev/${feature}`);

/** Features by URL that a supergraph may need `for: SECURITY` or `for: EXECUTION`; with any other it is refused. */
export const supportedFeatures: Set<string> = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  ...ownFeatures,
]);
