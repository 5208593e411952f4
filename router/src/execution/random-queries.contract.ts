import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interfacesGraph } from '../federation-suite/graphs/interfaces.js';
import { keysGraph } from '../federation-suite/graphs/keys.js';
import { plansGraph } from '../federation-suite/graphs/plan-nodes.js';
import { requirementsGraph } from '../federation-suite/graphs/requires-provides.js';
import { schemasGraph } from '../federation-suite/graphs/schemas.js';
import {
  startComparedExecutors,
  type ComparedExecutors,
} from '../test-support/compared-executors.js';
import { randomOperation, seededRandom } from '../test-support/random-operation.js';
import { shop } from '../test-support/shop.js';
import type { FakeSubgraphDefinition } from '../test-support/subgraphs.js';

interface RandomGraph {
  readonly subgraphs: Readonly<Record<string, FakeSubgraphDefinition>>;
  /** Of its data, and some of nothing. */
  readonly ids: readonly string[];
  /**
   * Fields that answer with errors, which the two executors report differently where several fail at once; and those
   * that lead to or come from an @interfaceObject, where the stock gateway forgets what type an object is (comparison.test.ts).
   */
  readonly leftOut?: readonly string[];
}

const graphs: Readonly<Record<string, RandomGraph>> = {
  shop: {
    subgraphs: shop,
    ids: ['1', '2', '3', 'b1', 'b2', 'f1', 'm1', 'm2', '404'],
    leftOut: [
      ...['broken', 'brokenStrict', 'failing', 'alwaysFailing', 'strictLabel'],
      ...['topMedia', 'medias'],
    ],
  },
  keys: { subgraphs: keysGraph, ids: ['s1', 's2', 's3', 'l1', '404'] },
  requirements: { subgraphs: requirementsGraph, ids: ['p1', 'p2', 'p3', '404'] },
  interfaces: {
    subgraphs: interfacesGraph,
    ids: ['c1', 'd1', 'f1', '404'],
    leftOut: ['rank', 'patients', 'urgent', 'visits', 'nurse', 'weight'],
  },
  schemas: { subgraphs: schemasGraph, ids: ['g1', 'g2', '404'] },
  plans: { subgraphs: plansGraph, ids: ['1', '2', '3', '404'] },
};

/**
 * Asks both executors the same random queries. Errors are compared by presence only: of a list whose items may
 * not be null the stock gateway reports every null, we the first, and it names fields by their aliases.
 * @param count for each graph
 */
export function agreesOnRandomQueries(seed: number, count: number): void {
  describe.each(Object.entries(graphs))(
    `%s: ${count} random queries from seed ${seed}`,
    (_name, graph) => agreesOn(graph, seed, count),
  );
}

function agreesOn({ subgraphs, ids, leftOut = [] }: RandomGraph, seed: number, count: number) {
  let executors: ComparedExecutors;
  beforeAll(async () => {
    executors = await startComparedExecutors(subgraphs);
  });
  afterAll(() => executors.close());

  it('have the same answers as from the stock gateway', async () => {
    const { engine, ours, stock } = executors;
    const random = seededRandom(seed);
    const isWanted = (field: string) => !leftOut.includes(field);
    let compared = 0;
    let data = 0;
    while (compared < count) {
      const { query, variables } = randomOperation(engine.schema, random, ids, isWanted);
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
    expect(data).toBeGreaterThan(count / 20);
  });
}
