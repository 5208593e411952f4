import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  comparable,
  startComparedExecutors,
  type ComparedExecutors,
} from './compared-executors.js';
import type { FakeSubgraphDefinition } from './subgraphs.js';

/** A query that both executors answer alike. */
export interface FederationCase {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What the answer's `data` is, where the sameness of two wrong answers would be possible. */
  readonly data?: unknown;
  /** Where our errors are, in any order. */
  readonly errorPaths?: readonly (readonly (string | number)[])[];
  /** The stock gateway is known to be wrong here, and why; `data` and `errorPaths` then say what is right. */
  readonly stockIsWrong?: string;
}

/**
 * Asks both executors every case on one graph.
 * @param more defines further tests on the same graph
 */
export function describeFederation(
  name: string,
  subgraphs: Readonly<Record<string, FakeSubgraphDefinition>>,
  cases: Readonly<Record<string, FederationCase>>,
  more: (executors: () => ComparedExecutors) => void = () => undefined,
): void {
  let executors: ComparedExecutors;
  describe(name, () => {
    beforeAll(async () => {
      executors = await startComparedExecutors(subgraphs);
    });
    afterAll(() => executors.close());

    it.each(Object.entries(cases))('%s', async (_name, given) => {
      const { query, variables, data, errorPaths, stockIsWrong } = given;
      const ours = await executors.ours(query, { ...variables });
      const stock = await executors.stock(query, { ...variables });
      if (data !== undefined) expect(ours.data).toEqual(data);
      if (errorPaths !== undefined) {
        const paths = (ours.errors ?? []).map(({ path }) => JSON.stringify(path));
        expect(paths.sort()).toEqual(errorPaths.map((path) => JSON.stringify(path)).sort());
      }
      // When the stock gateway is mended one day, the case needs no exception any more.
      if (stockIsWrong === undefined) expect(comparable(ours)).toEqual(comparable(stock));
      else expect(comparable(ours), stockIsWrong).not.toEqual(comparable(stock));
    });
    more(() => executors);
  });
}
