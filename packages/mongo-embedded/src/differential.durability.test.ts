import { afterAll, beforeAll, it } from 'vitest';
import type { Harness } from './testing/harness.js';
import { startHarness } from './testing/harness.js';
import { runDifferential } from './testing/differential/run.js';

let mongo: Harness;
beforeAll(async () => {
  mongo = await startHarness();
});
afterAll(() => mongo.close());

const seeds = Array.from({ length: 25 }, (_, at) => 1_000 + at);

it.each(seeds)('answers 800 random operations as the oracle does, seed %i', (seed) =>
  runDifferential(mongo.client.db('differential'), { seed, operations: 800 }),
);
