import { OperationTypeNode } from 'graphql';
import type { PersistedQueries, PersistedQuery } from './cache/persisted-queries.js';
import { responseKey, type CachedAnswer, type ResponseCache } from './cache/response-cache.js';
import type { Engine, OperationResult } from './execution/engine.js';
import type { RequestScope } from './execution/execution.js';
import type { JsonObject } from './execution/json.js';
import type { PreparedOperation } from './execution/operation.js';

/** A GraphQL request, however it came in. */
export interface GraphQLRequest {
  readonly query: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: JsonObject;
  readonly persistedQuery: PersistedQuery | undefined;
}

/** One version of the supergraph in use. */
export interface ActiveSupergraph {
  /** Changes with the supergraph: part of every cache key. */
  readonly id: string;
  readonly engine: Engine;
}

/** An operation, ready to run, on the supergraph it was planned for. */
export interface Ready {
  readonly supergraph: ActiveSupergraph;
  readonly prepared: PreparedOperation;
  readonly variables: JsonObject;
}

/** The way of an operation through the router, the same over HTTP and WebSocket. */
export interface Pipeline {
  /** Finds the text of a persisted query, validates and plans. @throws OperationError */
  prepare(request: GraphQLRequest): Promise<Ready>;
  run(ready: Ready, scope: RequestScope): Promise<OperationResult>;
  /** The serialised answer, from the cache of public answers where that is right. */
  answer(ready: Ready, scope: RequestScope, isAnonymous: boolean): Promise<CachedAnswer>;
}

export interface PipelineDeps {
  readonly supergraph: () => ActiveSupergraph;
  readonly persisted: PersistedQueries;
  /** `undefined` when the response cache is switched off. */
  readonly cache: ResponseCache | undefined;
}

export function createPipeline({ supergraph, persisted, cache }: PipelineDeps): Pipeline {
  const run: Pipeline['run'] = (ready, scope) =>
    ready.supergraph.engine.execute(ready.prepared, ready.variables, scope);

  return {
    async prepare({ query, operationName, variables, persistedQuery }) {
      const text = await persisted.resolve(persistedQuery, query);
      // Not before: the one in use must not be replaced between this line and the next.
      const active = supergraph();
      const found = active.engine.prepare(text, operationName);
      const prepared = found instanceof Promise ? await found : found;
      if (persistedQuery !== undefined && query !== undefined) {
        await persisted.remember(persistedQuery, query);
      }
      return { supergraph: active, prepared, variables };
    },
    run,
    async answer(ready, scope, isAnonymous) {
      const produce = async (signal = scope.signal) => {
        const { maxAge, ...result } = await run(ready, withSignal(scope, signal));
        return { body: serialise(result), maxAge };
      };
      const { prepared, variables, supergraph: active } = ready;
      const mayKeep =
        isAnonymous && prepared.kind === OperationTypeNode.QUERY && !prepared.introspects;
      if (cache === undefined || !mayKeep) return { ...(await produce()), age: 0, staleFor: 0 };
      const coerced = active.engine.coerceVariables(prepared, variables);
      const key = responseKey(active.id, prepared.normalisedText, coerced, scope.forwarded);
      return cache.answer(key, scope.signal, produce);
    },
  };
}

/** The scope of work that others may share: theirs is the time until all have gone. */
const withSignal = (scope: RequestScope, signal: AbortSignal | undefined): RequestScope => ({
  headers: scope.headers,
  viewer: scope.viewer,
  forwarded: scope.forwarded,
  deadline: scope.deadline,
  signal,
  get log() {
    return scope.log;
  },
});

/** `errors` first, as the GraphQL specification recommends: people see them at once. */
const serialise = ({ data, errors }: Pick<OperationResult, 'data' | 'errors'>): string =>
  errors === undefined ? `{"data":${data}}` : `{"errors":${JSON.stringify(errors)},"data":${data}}`;
