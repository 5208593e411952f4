import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startComparedExecutors,
  type ComparedExecutors,
} from '../test-support/compared-executors.js';
import { randomOperation, seededRandom } from '../test-support/random-operation.js';

/**
 * Fields that answer with errors, which the two executors report differently where several fail at once; and
 * the graph's @interfaceObject, where the stock gateway forgets what type an object is (comparison.test.ts has it).
 */
const leftOut = new Set([
  'broken',
  'brokenStrict',
  'failing',
  'alwaysFailing',
  'strictLabel',
  'topMedia',
  'medias',
]);

/**
 * Asks both executors the same random queries. Errors are compared by presence only: of a list whose items may
 * not be null the stock gateway reports every null, we the first, and it names fields by their aliases.
 */
export function agreesOnRandomQueries(seed: number, count: number): void {
  describe(`${count} random queries from seed ${seed}`, () => {
    let executors: ComparedExecutors;
    beforeAll(async () => {
      executors = await startComparedExecutors();
    });
    afterAll(() => executors.close());

    it('have the same answers as from the stock gateway', async () => {
      const { engine, ours, stock } = executors;
      const random = seededRandom(seed);
      let compared = 0;
      let data = 0;
      while (compared < count) {
        const { query, variables } = randomOperation(
          engine.schema,
          random,
          (field) => !leftOut.has(field),
        );
        if (validate(engine.schema, parse(query)).length > 0) continue;
        const [expected, actual] = await Promise.all([
          stock(query, variables),
          ours(query, variables),
        ]);
        const told = `${query}\n${JSON.stringify(variables)}`;
        expect(actual.data, told).toEqual(expected.data);
        // The stock gateway hides some of its own; a null without a reason is never ours.
        if (expected.errors !== undefined || actual.data === null) {
          expect(actual.errors?.length, told).toBeGreaterThan(0);
        }
        compared++;
        if (JSON.stringify(actual.data).length > 200) data++;
      }
      // A generator that only makes empty answers would prove nothing.
      expect(data).toBeGreaterThan(count / 10);
    });
  });
}
