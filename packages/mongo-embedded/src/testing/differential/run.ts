import type { Collection, Db } from 'mongodb';
import { seededRandom } from '../random.js';
import type { Chooser } from './operation.js';
import { expectSameSet } from './operation.js';
import type { Oracle } from './oracle/collection.js';
import { createOracle } from './oracle/collection.js';
import type { Document } from './oracle/values.js';
import { show } from './oracle/values.js';
import { reads } from './reads.js';
import { updateMany } from './update-many.js';
import { createIndex, writes } from './writes.js';

/** Every operation as often as it is to come, to pick from. */
const choosers: readonly Chooser[] = [...reads, ...writes, [3, updateMany] as const].flatMap(
  ([weight, choose]) => Array.from({ length: weight }, () => choose),
);

/**
 * Makes the same random operations on a server, through the driver, and on the oracle, and compares every
 * answer, with and without indexes, and after each write the whole collection.
 *
 * @throws Error with the seed and the operation when they differ
 */
export async function runDifferential(
  db: Db,
  { seed, operations }: { readonly seed: number; readonly operations: number },
): Promise<void> {
  const random = seededRandom(seed);
  const collection = await db.createCollection<Document>(`seed_${seed}`, { promoteValues: false });
  const oracle = createOracle();
  for (let number = 1; number <= operations; number++) {
    const choose = number <= 5 ? createIndex : random.pick(choosers);
    const operation = choose(random, oracle);
    try {
      await operation.run(collection, oracle);
      if (operation.writes) await compareAll(collection, oracle);
    } catch (error) {
      const indexes = show(oracle.indexes().slice(1));
      throw new Error(
        `seed ${seed}, operation ${number}: ${operation.description}\nindexes ${indexes}\n${String(error)}`,
        { cause: error },
      );
    }
  }
  await collection.drop();
}

async function compareAll(collection: Collection<Document>, oracle: Oracle): Promise<void> {
  const stored = await collection.find().hint({ $natural: 1 }).toArray();
  expectSameSet('the collection', oracle.all(), stored);
}
