import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startComparedExecutors,
  type ComparedExecutors,
} from '../test-support/compared-executors.js';
import { randomOperation, seededRandom } from '../test-support/random-operation.js';
import type { PlainResult } from '../test-support/stock-gateway.js';

/** Fields that answer with errors: where several fail at once, the two executors report differently. */
const failing = new Set(['broken', 'brokenStrict', 'failing', 'alwaysFailing', 'strictLabel']);

/** The answer, and where errors are: their texts differ, since the stock gateway names fields by their aliases. */
const placed = ({ data, errors }: PlainResult) => ({
  data,
  errors: errors
    ?.map(({ path, extensions }) => JSON.stringify([path, extensions?.['code']]))
    .sort(),
});

/** Asks both executors the same random queries; the seed is told when they disagree. */
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
          (field) => !failing.has(field),
        );
        if (validate(engine.schema, parse(query)).length > 0) continue;
        const [expected, actual] = [await stock(query, variables), await ours(query, variables)];
        expect(placed(actual), `${query}\n${JSON.stringify(variables)}`).toEqual(placed(expected));
        compared++;
        if (JSON.stringify(actual.data).length > 200) data++;
      }
      // A generator that only makes empty answers would prove nothing.
      expect(data).toBeGreaterThan(count / 10);
    });
  });
}
