import type { Closable, Logger } from '@pcc/platform';
import {
  buildSchema,
  getVariableValues,
  OperationTypeNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { accessLevels, type AccessLevel } from '../authorization/access-level.js';
import type { Rights } from '../authorization/rights.js';
import type { EntityCache } from '../cache/entity-cache.js';
import { changedEntities } from './changed-entities.js';
import { writeAnswer, type ObjectWriter } from './answer-writer.js';
import { invalidOperation } from './errors.js';
import type { Disclosure } from './failures.js';
import { newExecution, type RequestScope } from './execution.js';
import { introspect } from './introspection.js';
import { isObject, type JsonObject } from './json.js';
import { compileOperation, type PreparedOperation } from './operation.js';
import { overrideChoice } from '../planning/overrides.js';
import { startPlanning } from '../planning/planning-service.js';
import type { OperationLimits, PlanningRequest } from '../planning/protocol.js';
import { singleFlight } from '../single-flight.js';
import { applyRewrites, rewriteErrorPath } from './rewrites.js';
import type { SubgraphClient } from '../subgraph-http/subgraph-client.js';
import { compileWriter } from './writer-compiler.js';

export interface EngineOptions {
  readonly supergraphSdl: string;
  readonly client: SubgraphClient;
  /** `undefined` when it is switched off. */
  readonly entityCache: EntityCache | undefined;
  readonly limits: OperationLimits;
  readonly introspection: boolean;
  readonly disclosure: Disclosure;
  readonly logger: Logger;
  /** For progressive overrides; default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** What an operation came to. */
export interface OperationResult {
  /** JSON text: an object, or `null`. */
  readonly data: string;
  readonly errors?: readonly GraphQLFormattedError[];
  /** Seconds for which anyone may keep the answer; 0 when it has errors or any part is not public. */
  readonly maxAge: number;
}

/** Executes operations against one version of the supergraph; `close` gives up what is being planned. */
export interface Engine extends Closable {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** Names and routing URLs, as the supergraph has them. */
  readonly subgraphs: ReadonlyMap<string, string>;
  /** What of all that this supergraph asks for a viewer has: who has the same shares plans. */
  readonly accessOf: (rights: Rights) => AccessLevel;
  /**
   * Parses, validates and plans off the main thread; remembered for the next time, when it comes without a promise.
   * @param access of the viewer; without it she may see only what everybody may
   * @throws OperationError when it is not valid, or takes too long to plan
   * @throws AppError SERVICE_UNAVAILABLE when too many new operations wait
   */
  prepare(
    query: string,
    operationName?: string,
    access?: AccessLevel,
  ): PreparedOperation | Promise<PreparedOperation>;
  /** @throws OperationError when a variable has a wrong type */
  coerceVariables(prepared: PreparedOperation, variables: JsonObject): JsonObject;
  /**
   * Runs the plan and makes the answer. Failures of subgraphs are errors in the result.
   * @param event for a subscription, what the owner resolved; the rest of the plan adds to it
   * @throws OperationError when a variable has a wrong type
   */
  execute(
    prepared: PreparedOperation,
    variables: JsonObject,
    scope: RequestScope,
    event?: { readonly data: unknown; readonly errors: readonly GraphQLFormattedError[] },
  ): Promise<OperationResult>;
  /** Nothing new will be prepared: frees the planner after the last operation that waits for it. */
  retire(): Promise<void>;
}

const maximumOperations = 2_000;
/** Of operation text in characters; what is prepared from it takes several times as much. */
const maximumOperationText = 8_000_000;
const maximumWritersPerOperation = 16;

/** @throws when the supergraph is not valid */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const planning = await startPlanning(options);
  const { apiSchemaSdl, subgraphs, overrideLabels, mentionedRights } = planning.facts;
  const schema = buildSchema(apiSchemaSdl, { assumeValid: true });
  const context = {
    ...options,
    // As it is written: only the relations of its types are of interest.
    supergraphSchema: buildSchema(options.supergraphSdl, { assumeValid: true, noLocation: true }),
  };
  const operations = new LRUCache<string, PreparedOperation>({
    max: maximumOperations,
    maxSize: maximumOperationText,
    sizeCalculation: (_prepared, key) => key.length,
  });
  const flights = singleFlight<PreparedOperation>();
  const chooseOverrides = overrideChoice(overrideLabels, options.random);
  const prepareAnew = async (key: string, request: PlanningRequest): Promise<PreparedOperation> => {
    const prepared = await compileOperation(context, await planning.plan(request), request.access);
    operations.set(key, prepared);
    return prepared;
  };
  const writerFor = writerCache(schema);
  const coerceVariables: Engine['coerceVariables'] = (prepared, variables) =>
    coerce(schema, prepared, variables, !options.introspection);

  return {
    schema,
    subgraphs,
    accessOf: accessLevels(mentionedRights),
    coerceVariables,
    prepare(query, operationName, access = '') {
      const overrides = chooseOverrides();
      // What a client chose comes last: it cannot look like the viewer's access.
      const key = `${overrides.join(' ')}\n${access}\n${operationName ?? ''}\n${query}`;
      const known = operations.get(key);
      if (known !== undefined) return known;
      const request = { query, operationName, overrides, access };
      return flights.run(key, undefined, () => prepareAnew(key, request));
    },
    retire: () => planning.retire(),
    close: () => planning.close(),
    async execute(prepared, variables, scope, event) {
      const coercedVariables = coerceVariables(prepared, variables);
      const execution = newExecution({
        variables,
        coercedVariables,
        kind: prepared.kind,
        scope,
        ...(isObject(event?.data) ? { data: event.data } : {}),
      });
      const rewrites = prepared.primary?.outputRewrites;
      applyRewrites(context.supergraphSchema, rewrites, execution.data);
      for (const { path, ...error } of event?.errors ?? []) {
        const shown = path === undefined ? {} : { path: rewriteErrorPath(rewrites, path) };
        execution.errors.push({ ...error, ...shown });
      }
      try {
        await prepared.run(execution);
      } finally {
        // Whatever became of it: it may have changed what it was to change.
        if (prepared.kind === OperationTypeNode.MUTATION) {
          const changed = changedEntities(schema, prepared, coercedVariables, execution.data);
          await options.entityCache?.wrote(scope.viewer, changed);
        }
      }
      const { data, errors } = writeAnswer(
        writerFor(prepared, coercedVariables),
        execution,
        (field) => introspect(schema, prepared.document, prepared.operation, field, variables),
      );
      return errors.length > 0
        ? { data, errors, maxAge: 0 }
        : { data, maxAge: execution.maxAge ?? 0 };
    },
  };
}

/** Remembers an operation's writer by the outcome of its `@skip` and `@include` conditions. */
function writerCache(schema: GraphQLSchema) {
  const writers = new WeakMap<PreparedOperation, LRUCache<string, ObjectWriter>>();
  return (prepared: PreparedOperation, coerced: JsonObject): ObjectWriter => {
    const key = prepared.conditions.map((name) => (coerced[name] === true ? '1' : '0')).join('');
    const known = writers.get(prepared) ?? new LRUCache({ max: maximumWritersPerOperation });
    writers.set(prepared, known);
    const writer = known.get(key) ?? compileWriter(schema, prepared, coerced);
    known.set(key, writer);
    return writer;
  };
}

function coerce(
  schema: GraphQLSchema,
  { operation }: PreparedOperation,
  variables: JsonObject,
  hideSuggestions: boolean,
): JsonObject {
  const definitions = operation.variableDefinitions ?? [];
  if (definitions.length === 0) return {};
  const { coerced, errors } = getVariableValues(schema, definitions, variables, {
    maxErrors: 20,
    hideSuggestions,
  });
  if (errors === undefined) return coerced;
  throw invalidOperation(
    errors.map((error) => ({
      ...error.toJSON(),
      extensions: { ...error.extensions, code: 'BAD_USER_INPUT' },
    })),
  );
}
