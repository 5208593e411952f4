import type { FetchNode } from '@apollo/query-planner';
import { parseErrors, SubgraphFailure, type SubgraphError } from '../execution/errors.js';
import type { RequestScope } from '../execution/execution.js';
import { getOwn, isObject, type JsonObject } from '../execution/json.js';
import type { SubgraphClient } from '../subgraph-http/subgraph-client.js';
import { anonymousOperation } from '../execution/subgraph-operation.js';

export interface Opened {
  readonly topics: readonly string[];
  /** The `seq` behind which the subscription starts. */
  readonly position: number | undefined;
  readonly replayable: boolean;
  /** Names the argument that says the position; answers do not depend on it. */
  readonly positionArgument: string | undefined;
}

export interface ReplayedPage {
  readonly events: readonly { readonly seq: number; readonly payload: unknown }[];
  readonly complete: boolean;
}

export interface ResolvedEvent {
  readonly data: unknown;
  readonly errors: readonly SubgraphError[];
}

/** The owner refused: its errors go to the client. */
export class OwnerRefusal extends Error {
  override readonly name = 'OwnerRefusal';
  readonly errors: readonly SubgraphError[];

  constructor(errors: readonly SubgraphError[]) {
    super(errors[0]?.message ?? 'refused');
    this.errors = errors;
  }
}

/** The subgraph that owns a subscription field, asked for one client's subscription. */
export interface Owner {
  readonly subgraph: string;
  /** Authorizes and names the topics. @throws OwnerRefusal, SubgraphFailure */
  open(scope: RequestScope): Promise<Opened>;
  /** Reads from the store what came behind `after`. @throws OwnerRefusal, SubgraphFailure */
  replay(after: number, scope: RequestScope): Promise<ReplayedPage>;
  /** Resolves the client's selection for one message. @throws SubgraphFailure */
  resolve(payload: unknown, scope: RequestScope): Promise<ResolvedEvent>;
}

export function subscriptionOwner(
  client: SubgraphClient,
  primary: FetchNode,
  variables: JsonObject,
): Owner {
  const subgraph = primary.serviceName;
  const operation = {
    query: anonymousOperation(primary),
    variables: usedVariables(primary, variables),
  };
  const call = (action: string, extra: JsonObject, scope: RequestScope) =>
    client.call(subgraph, `/internal/subscriptions/${action}`, { ...operation, ...extra }, scope);
  const refuseErrors = (answer: JsonObject) => {
    const errors = parseErrors(answer['errors']);
    if (errors.length > 0) throw new OwnerRefusal(errors);
  };
  return {
    subgraph,
    async open(scope) {
      const answer = await call('open', {}, scope);
      refuseErrors(answer);
      const { topics, position, replayable, positionArgument } = answer;
      if (!Array.isArray(topics)) throw new SubgraphFailure(subgraph, 'open named no topics');
      return {
        topics: topics.map(String),
        position: typeof position === 'number' ? position : undefined,
        replayable: replayable === true,
        positionArgument: typeof positionArgument === 'string' ? positionArgument : undefined,
      };
    },
    async replay(after, scope) {
      const answer = await call('replay', { after }, scope);
      refuseErrors(answer);
      const { events, complete } = answer;
      if (!Array.isArray(events)) throw new SubgraphFailure(subgraph, 'replay gave no events');
      return {
        events: events.filter(isObject).map(({ seq, payload }) => ({ seq: Number(seq), payload })),
        // A page without events cannot be followed by one that starts behind it.
        complete: complete === true || events.length === 0,
      };
    },
    async resolve(payload, scope) {
      const { data, errors } = await call('resolve', { payload }, scope);
      return { data, errors: parseErrors(errors) };
    },
  };
}

/** The variables that the owner's part uses, as the client gave them. */
function usedVariables({ variableUsages = [] }: FetchNode, variables: JsonObject): JsonObject {
  return Object.fromEntries(
    variableUsages.flatMap((name) => {
      const value = getOwn(variables, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
