import { OperationTypeNode } from 'graphql';
import type { Rights } from './authorization/rights.js';
import type { PersistedQueries, PersistedQuery } from './cache/persisted-queries.js';
import type { Cancellation } from './cancellation.js';
import { responseKey, type CachedAnswer, type ResponseCache } from './cache/response-cache.js';
import type { Engine, OperationResult } from './execution/engine.js';
import type { RequestScope } from './execution/execution.js';
import type { CostLimit } from './cost/cost-limit.js';
import type { CostModel } from './cost/cost-model.js';
import type { CostWatch } from './cost/cost-watch.js';
import type { JsonObject } from './execution/json.js';
import type { PreparedOperation } from './execution/operation.js';
import { noteErrors, notePrepared, type Observation } from './telemetry/observation.js';

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
  readonly costs: CostModel;
  /** `undefined` where the supergraph says nothing of costs. */
  readonly costLimit: CostLimit | undefined;
}

/** An operation, ready to run, on the supergraph it was planned for. */
export interface Ready {
  readonly supergraph: ActiveSupergraph;
  readonly prepared: PreparedOperation;
  readonly variables: JsonObject;
}

/** The way of an operation through the router, the same over HTTP and WebSocket. */
export interface Pipeline {
  /**
   * Finds the text of a persisted query, validates and plans, without what the viewer may not see, and estimates
   * what it may cost.
   * @param rights of who asks
   * @throws OperationError
   */
  prepare(request: GraphQLRequest, rights: Rights, observation?: Observation): Promise<Ready>;
  run(ready: Ready, scope: RequestScope): Promise<OperationResult>;
  /** The serialised answer, from the cache of public answers where that is right. */
  answer(ready: Ready, scope: RequestScope, isAnonymous: boolean): Promise<CachedAnswer>;
}

export interface PipelineDeps {
  readonly supergraph: () => ActiveSupergraph;
  readonly persisted: PersistedQueries;
  /** `undefined` when the response cache is switched off. */
  readonly cache: ResponseCache | undefined;
  readonly costs: CostWatch;
}

export function createPipeline({ supergraph, persisted, cache, costs }: PipelineDeps): Pipeline {
  const run: Pipeline['run'] = async ({ prepared, variables, supergraph: active }, scope) => {
    const { engine } = active;
    const result = await engine.execute(prepared, variables, scope);
    if (scope.observation !== undefined) noteErrors(scope.observation, result.errors);
    const coerced = () => engine.coerceVariables(prepared, variables);
    costs.answered(active.costs, prepared, coerced, result.data);
    return result;
  };

  return {
    async prepare({ query, operationName, variables, persistedQuery }, rights, observation) {
      const text = await persisted.resolve(persistedQuery, query);
      // Not before: the one in use must not be replaced between this line and the next.
      const active = supergraph();
      const preparingFrom = observation === undefined ? 0 : performance.now();
      const { engine } = active;
      const found = engine.prepare(text, operationName, engine.accessOf(rights));
      const prepared = found instanceof Promise ? await found : found;
      if (observation !== undefined) notePrepared(observation, prepared, preparingFrom);
      if (persistedQuery !== undefined && query !== undefined) {
        await persisted.remember(persistedQuery, query);
      }
      active.costLimit?.check(prepared, engine.coerceVariables(prepared, variables));
      return { supergraph: active, prepared, variables };
    },
    run,
    async answer(ready, scope, isAnonymous) {
      let isMade = false;
      const produce = async (waiting = scope.waiting) => {
        const { maxAge, ...result } = await run(ready, withWaiting(scope, waiting));
        isMade = true;
        return { body: serialise(result), maxAge };
      };
      const { prepared, variables, supergraph: active } = ready;
      const mayKeep =
        isAnonymous && prepared.kind === OperationTypeNode.QUERY && !prepared.introspects;
      if (cache === undefined || !mayKeep) return { ...(await produce()), age: 0, staleFor: 0 };
      const coerced = active.engine.coerceVariables(prepared, variables);
      const { access, normalisedText } = prepared;
      const operation = access === '' ? normalisedText : `${access}\n${normalisedText}`;
      const key = responseKey(active.id, operation, coerced, scope.forwarded);
      const answer = await cache.answer(key, scope.waiting, produce);
      // A stale answer is made anew too, but nobody waits for that.
      if (scope.observation !== undefined) scope.observation.cache = isMade ? 'miss' : 'hit';
      return answer;
    },
  };
}

/** The scope of work that others may share: theirs is the time until all have gone. */
const withWaiting = (scope: RequestScope, waiting: Cancellation | undefined): RequestScope => ({
  headers: scope.headers,
  viewer: scope.viewer,
  forwarded: scope.forwarded,
  deadline: scope.deadline,
  waiting,
  observation: scope.observation,
  get log() {
    return scope.log;
  },
});

/** `errors` first, as the GraphQL specification recommends: people see them at once. */
export const serialise = ({
  data,
  errors,
  extensions,
}: Pick<OperationResult, 'data' | 'errors'> & { readonly extensions?: JsonObject }): string => {
  const more = extensions === undefined ? '' : `,"extensions":${JSON.stringify(extensions)}`;
  return errors === undefined
    ? `{"data":${data}${more}}`
    : `{"errors":${JSON.stringify(errors)},"data":${data}${more}}`;
};
