import { randomBytes } from 'node:crypto';
import { serviceUrls } from '@pcc/testkit';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { runDifferential } from './testing/differential/run.js';

const url = serviceUrls().mongo;

/** The oracle judges the embedded server; here a real one judges the oracle. */
describe.skipIf(url === undefined)('MongoDB', () => {
  const client = new MongoClient(url ?? 'mongodb://none');
  const db = client.db(`differential_${randomBytes(4).toString('hex')}`);
  beforeAll(() => client.connect());
  afterAll(async () => {
    await db.dropDatabase();
    await client.close();
  });

  it.each([1, 2, 3, 4, 5])('answers 400 random operations as the oracle does, seed %i', (seed) =>
    runDifferential(db, { seed, operations: 400 }),
  );
});
