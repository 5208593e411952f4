import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allRights } from './all-rights.js';
import { startComparedExecutors, type ComparedExecutors } from './compared-executors.js';
import type { FakeSubgraphDefinition } from './subgraphs.js';

/** A query of somebody who may not see all of it. */
export interface AccessCase {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Names of rights; default none. */
  readonly may?: readonly string[];
  readonly data: unknown;
  /** The paths of all errors, in any order. */
  readonly refused: readonly (readonly (string | number)[])[];
  /** What no subgraph may have been asked for. */
  readonly never?: RegExp;
}

/**
 * Asks every case on one graph, and once more with all rights: then the answer is the stock gateway's.
 * @param more defines further tests on the same graph
 */
export function describeAccess(
  name: string,
  subgraphs: Readonly<Record<string, FakeSubgraphDefinition>>,
  cases: Readonly<Record<string, AccessCase>>,
  more: (executors: () => ComparedExecutors) => void = () => undefined,
): void {
  let executors: ComparedExecutors;
  /** What subgraphs were asked since the last look. */
  const asked = () =>
    Object.values(executors.graph.subgraphs).flatMap(({ requests }) =>
      requests.splice(0).map(({ query }) => query),
    );
  describe(name, () => {
    beforeAll(async () => {
      executors = await startComparedExecutors(subgraphs);
    });
    afterAll(() => executors.close());

    it.each(Object.entries(cases))('%s', async (_name, given) => {
      const { query, variables = {}, may = [], data, refused, never } = given;
      asked();
      const answer = await executors.ours(query, { ...variables }, new Set(may));
      expect(answer.data).toEqual(data);
      const { errors = [] } = answer;
      const paths = errors.map(({ path }) => JSON.stringify(path));
      expect(paths.sort()).toEqual(refused.map((path) => JSON.stringify(path)).sort());
      for (const { extensions } of errors) {
        expect(extensions).toEqual({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
      }
      if (never !== undefined) expect(asked().join('\n')).not.toMatch(never);
    });

    it.each(Object.entries(cases))('with all rights: %s', async (_name, { query, variables }) => {
      const rights = allRights(executors.graph.supergraphSdl);
      const ours = await executors.ours(query, { ...variables }, rights);
      expect(ours).toEqual(await executors.stock(query, { ...variables }));
    });
    more(() => executors);
  });
}
