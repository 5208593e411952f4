import { afterAll, beforeAll, it } from 'vitest';
import type { Harness } from './testing/harness.js';
import { startHarness } from './testing/harness.js';
import { runDifferential } from './testing/differential/run.js';

let mongo: Harness;
beforeAll(async () => {
  mongo = await startHarness();
});
afterAll(() => mongo.close());

// differential.durability.test.ts makes 20,000 operations.
it.each([1, 2])(
  'answers 500 random operations as the oracle does, seed %i',
  (seed) => runDifferential(mongo.client.db('differential'), { seed, operations: 500 }),
  120_000,
);
