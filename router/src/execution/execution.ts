import type { Logger, SignedInViewer } from '@pcc/platform';
import type { GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { Cancellation } from '../cancellation.js';
import type { EntityBatch } from './entity-batch.js';
import type { FetchFailure } from './errors.js';
import type { JsonObject } from './json.js';
import type { Observation } from '../telemetry/observation.js';
import type { SubgraphOperation } from './subgraph-operation.js';

/** What one client request sends along to every subgraph. */
export interface RequestScope {
  /** The signed viewer, trace and request id, and the client's headers that are allowed through. */
  readonly headers: Readonly<Record<string, string>>;
  /** Who asks; `null` for anonymous. */
  readonly viewer: Pick<SignedInViewer, 'id' | 'role'> | null;
  /** Those of the client's headers that are allowed through, as text: what subgraphs answer may depend on them. */
  readonly forwarded: string;
  readonly log: Logger;
  /** When the whole request must be over, in milliseconds since 1970. */
  readonly deadline: number;
  /** Cancelled when the client has gone. */
  readonly waiting?: Cancellation | undefined;
  /** What watches the operation; `undefined` when nothing does. */
  readonly observation?: Observation | undefined;
}

/** The state of one operation while its plan runs. */
export interface Execution {
  /** What the fetches brought so far: a superset of what the client selected. */
  readonly data: JsonObject;
  /** As the client sent them; subgraphs coerce once more. */
  readonly variables: JsonObject;
  /** With defaults, for `@skip` and `@include`. */
  readonly coercedVariables: JsonObject;
  readonly kind: OperationTypeNode;
  readonly scope: RequestScope;
  readonly errors: GraphQLFormattedError[];
  readonly failures: FetchFailure[];
  /** Which failure left an object without some of its fields. */
  readonly failureOf: Map<JsonObject, FetchFailure>;
  readonly batches: Map<SubgraphOperation, EntityBatch>;
  /** The smallest `max-age` in seconds of all fetches so far; `undefined` before the first one. */
  maxAge: number | undefined;
}

export function newExecution(
  given: Pick<Execution, 'variables' | 'coercedVariables' | 'kind' | 'scope'> & {
    readonly data?: JsonObject;
  },
): Execution {
  return {
    data: {},
    ...given,
    errors: [],
    failures: [],
    failureOf: new Map(),
    batches: new Map(),
    maxAge: undefined,
  };
}
