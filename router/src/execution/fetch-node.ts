import { errorMessage } from '@pcc/platform';
import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { SubgraphFailure, type SubgraphError } from './errors.js';
import type { Execution } from './execution.js';
import { cloneJson, getOwn, isObject, mergeJson, type JsonObject } from './json.js';
import { collectTargets, pathArray, type PathArray, type Target } from './paths.js';
import { representationBuilder, type RepresentationBuilder } from './representation.js';
import { applyRewrites, rewriteErrorPath } from './rewrites.js';
import type { SubgraphAnswer, SubgraphClient } from './subgraph-client.js';

/** One compiled node of a plan: runs its part and writes into the execution. It never rejects. */
export type PlanStep = (execution: Execution) => Promise<void>;

export interface CompileContext {
  /** With the federation's own types, for rewrites and type conditions. */
  readonly supergraphSchema: GraphQLSchema;
  readonly client: SubgraphClient;
  /** Whether clients may learn which subgraph failed. */
  readonly exposeSubgraphNames: boolean;
}

interface Fetch {
  readonly node: FetchNode;
  readonly query: string;
  readonly context: CompileContext;
}

/** A list of 100 broken entities tells no more with 100 errors than with these. */
const maximumPlacesPerError = 20;

/**
 * The operation without the planner's name, which holds the client's: the same work then has the same
 * text, and subgraphs parse it once.
 */
export const anonymousOperation = ({ operation, operationName }: FetchNode): string =>
  operationName === undefined
    ? operation
    : operation.replace(new RegExp(`^(query|mutation|subscription) ${operationName}\\b`), '$1');

/** The variables that a fetch uses, as the client gave them. */
export function usedVariables(node: FetchNode, variables: JsonObject): JsonObject {
  const used: JsonObject = {};
  for (const name of node.variableUsages ?? []) {
    const value = getOwn(variables, name);
    if (value !== undefined) used[name] = value;
  }
  return used;
}

/** @param path where in the answer the fetched fields belong */
export function compileFetch(node: FetchNode, path: PathArray, context: CompileContext): PlanStep {
  const fetch: Fetch = { node, query: anonymousOperation(node), context };
  const build =
    node.requires &&
    representationBuilder(context.supergraphSchema, node.requires, node.inputRewrites);
  return async (execution) => {
    const targets = collectTargets(execution.data, path);
    if (targets.length === 0) return;
    if (build === undefined) await fetchFields(fetch, execution, targets);
    else await fetchEntities(fetch, execution, targets, build);
  };
}

async function fetchFields(
  fetch: Fetch,
  execution: Execution,
  targets: readonly Target[],
): Promise<void> {
  const answer = await send(fetch, execution, targets, {});
  if (answer === null) return;
  for (const error of answer.errors) {
    report(fetch, execution, error, targets, error.path, answer.data === null);
  }
  if (answer.data === null) return;
  applyRewrites(fetch.context.supergraphSchema, fetch.node.outputRewrites, answer.data);
  // Each target needs its own copy: later fetches add to them independently.
  for (const [index, target] of targets.entries()) {
    mergeJson(target.value, index === 0 ? answer.data : cloneJson(answer.data));
  }
}

async function fetchEntities(
  fetch: Fetch,
  execution: Execution,
  targets: readonly Target[],
  build: RepresentationBuilder,
): Promise<void> {
  const slots = distinctEntities(targets, build);
  if (slots.length === 0) return;
  const asked = slots.flatMap((slot) => slot.targets);
  const representations = slots.map((slot) => slot.representation);
  const answer = await send(fetch, execution, asked, { representations });
  if (answer === null) return;
  const entities = answer.data === null ? undefined : getOwn(answer.data, '_entities');
  for (const error of answer.errors) {
    const [root, index, ...rest] = error.path ?? [];
    const slot = root === '_entities' && typeof index === 'number' ? slots[index] : undefined;
    if (slot === undefined)
      report(fetch, execution, error, asked, undefined, !Array.isArray(entities));
    else report(fetch, execution, error, slot.targets, rest, false);
  }
  if (!Array.isArray(entities)) {
    if (answer.errors.length === 0) fail(fetch, execution, asked, 'the answer has no _entities');
    return;
  }
  for (const [index, slot] of slots.entries()) addEntity(fetch, slot, entities[index]);
}

interface EntitySlot {
  readonly representation: JsonObject;
  /** Every place in the answer that shows this entity. */
  readonly targets: Target[];
}

/** Asks once for an entity however often it occurs. */
function distinctEntities(targets: readonly Target[], build: RepresentationBuilder): EntitySlot[] {
  const slots = new Map<string, EntitySlot>();
  for (const target of targets) {
    const representation = build(target.value);
    if (representation === null) continue;
    const key = JSON.stringify(representation);
    const slot = slots.get(key);
    if (slot === undefined) slots.set(key, { representation, targets: [target] });
    else slot.targets.push(target);
  }
  return [...slots.values()];
}

function addEntity({ context, node }: Fetch, slot: EntitySlot, entity: unknown): void {
  if (!isObject(entity)) return;
  applyRewrites(context.supergraphSchema, node.outputRewrites, entity);
  for (const [index, target] of slot.targets.entries()) {
    mergeJson(target.value, index === 0 ? entity : cloneJson(entity));
  }
}

async function send(
  fetch: Fetch,
  execution: Execution,
  targets: readonly Target[],
  extraVariables: JsonObject,
): Promise<SubgraphAnswer | null> {
  const { node, query, context } = fetch;
  const variables = { ...usedVariables(node, execution.variables), ...extraVariables };
  try {
    const answer = await context.client.query(
      node.serviceName,
      { query, variables },
      execution.scope,
      { mayRepeat: !execution.isMutation },
    );
    execution.maxAge = Math.min(execution.maxAge ?? Number.MAX_SAFE_INTEGER, answer.maxAge);
    return answer;
  } catch (error) {
    if (!(error instanceof SubgraphFailure)) throw error;
    fail(fetch, execution, targets, errorMessage(error));
    return null;
  }
}

/** Nothing came back: the fields that stay empty will show the error, each at its own path. */
function fail(
  { node, context }: Fetch,
  execution: Execution,
  targets: readonly Target[],
  reason: string,
): void {
  execution.maxAge = 0;
  execution.scope.log.warn({ subgraph: node.serviceName, reason }, 'a subgraph did not answer');
  addFailure(execution, targets, {
    message: context.exposeSubgraphNames
      ? `The service "${node.serviceName}" is not available at the moment.`
      : 'A service is not available at the moment.',
    extensions: {
      code: 'DOWNSTREAM_SERVICE_ERROR',
      ...(context.exposeSubgraphNames ? { serviceName: node.serviceName } : {}),
    },
  });
}

function addFailure(
  execution: Execution,
  targets: readonly Target[],
  error: Omit<GraphQLFormattedError, 'path'>,
): void {
  const failure = { error, shown: 0 };
  execution.failures.push(failure);
  for (const { value } of targets) {
    if (!execution.failureOf.has(value)) execution.failureOf.set(value, failure);
  }
}

/** Passes a subgraph's error on, at every place where the thing it is about stands in the answer. */
function report(
  { node, context }: Fetch,
  execution: Execution,
  error: SubgraphError,
  targets: readonly Target[],
  path: PathArray | undefined,
  broughtNothing: boolean,
): void {
  execution.maxAge = 0;
  const shown = {
    message: error.message,
    extensions: {
      code: 'DOWNSTREAM_SERVICE_ERROR',
      ...error.extensions,
      ...(context.exposeSubgraphNames ? { serviceName: node.serviceName } : {}),
    },
  };
  if (path === undefined) {
    if (broughtNothing) addFailure(execution, targets, shown);
    else execution.errors.push(shown);
    return;
  }
  const below = rewriteErrorPath(node.outputRewrites, path);
  for (const target of targets.slice(0, maximumPlacesPerError)) {
    execution.errors.push({ ...shown, path: [...pathArray(target.path), ...below] });
  }
}
