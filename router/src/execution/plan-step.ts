import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { EntityCache } from '../cache/entity-cache.js';
import type { Execution } from './execution.js';
import type { Disclosure } from './failures.js';
import type { SubgraphClient } from '../subgraph-http/subgraph-client.js';
import type { SubgraphOperation } from './subgraph-operation.js';

/**
 * One compiled node of a plan: runs its part and writes into the execution. It never rejects; `undefined`
 * when there was nothing to wait for.
 */
export type PlanStep = (execution: Execution) => Promise<void> | undefined;

export interface CompileContext {
  /** With the federation's own types, for rewrites and type conditions. */
  readonly supergraphSchema: GraphQLSchema;
  readonly client: SubgraphClient;
  /** `undefined` when it is switched off. */
  readonly entityCache: EntityCache | undefined;
  readonly disclosure: Disclosure;
  /** The same object for nodes that ask alike. */
  readonly operationOf: (node: FetchNode) => SubgraphOperation;
}
