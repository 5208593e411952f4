import { createMetrics, silentLogger } from '@pcc/platform';
import { noRights, type Rights } from '../authorization/rights.js';
import type { EntityCache } from '../cache/entity-cache.js';
import { defaultLimits } from '../config.js';
import { createEngine, type Engine } from '../execution/engine.js';
import { subgraphClient } from '../subgraph-http/subgraph-client.js';
import { withoutOwnPurposes } from '../supergraph/features.js';
import { resetCounter, shop } from './shop.js';
import { startStockGateway, type PlainResult } from './stock-gateway.js';
import { startFakeGraph, type FakeGraph, type FakeSubgraphDefinition } from './subgraphs.js';
import { testScope } from './test-scope.js';

type Run = (
  query: string,
  variables?: Record<string, unknown>,
  /** Of the viewer; the stock gateway knows no access control. */
  rights?: Rights,
) => Promise<PlainResult>;

/** Our executor and the stock gateway's on one supergraph, with subgraphs that answer over HTTP. */
export interface ComparedExecutors {
  readonly graph: FakeGraph;
  readonly engine: Engine;
  readonly ours: Run;
  readonly stock: Run;
  close(): Promise<void>;
}

/** @param random decides progressive overrides; the stock gateway knows none, as if it were always near 1 */
export async function startComparedExecutors(
  definitions: Readonly<Record<string, FakeSubgraphDefinition>> = shop,
  random?: () => number,
  entityCache?: EntityCache,
): Promise<ComparedExecutors> {
  const graph = await startFakeGraph(definitions);
  const client = subgraphClient({
    urlOf: (name) => graph.urls[name],
    timeoutMs: 5_000,
    maxResponseBytes: 10_000_000,
    deduplication: true,
    failuresBeforeRest: 1_000,
    restMs: 1_000,
    metrics: createMetrics('test'),
    logger: silentLogger,
  });
  const engine = await createEngine({
    entityCache,
    supergraphSdl: graph.supergraphSdl,
    client,
    limits: defaultLimits,
    introspection: true,
    random,
    disclosure: { subgraphNames: true, defects: true },
    logger: silentLogger,
  });
  const stock = await startStockGateway(withoutOwnPurposes(graph.supergraphSdl));
  return {
    graph,
    engine,
    async ours(query, variables = {}, rights = noRights) {
      resetCounter();
      const prepared = await engine.prepare(query, undefined, engine.accessOf(rights));
      const { data, errors } = await engine.execute(prepared, variables, testScope());
      return {
        data: JSON.parse(data) as PlainResult['data'],
        ...(errors === undefined
          ? {}
          : { errors: JSON.parse(JSON.stringify(errors)) as NonNullable<PlainResult['errors']> }),
      };
    },
    async stock(query, variables = {}) {
      resetCounter();
      return stock.run(query, variables);
    },
    async close() {
      await stock.close();
      await engine.close();
      await client.close();
      await graph.close();
    },
  };
}

/** Errors in no particular order: parallel fetches end as they like. */
export const comparable = ({ data, errors }: PlainResult) => ({
  data,
  errors: errors
    ?.map(({ message, path, extensions }) => JSON.stringify([message, path, extensions?.['code']]))
    .sort(),
});
