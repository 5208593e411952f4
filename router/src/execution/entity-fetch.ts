import { OperationTypeNode } from 'graphql';
import {
  entityBatch,
  type EntityBatch,
  type EntitySlot,
  type SendEntities,
} from './entity-batch.js';
import type { FetchFailure } from './errors.js';
import type { Execution } from './execution.js';
import { addFailure, blame, noAnswer, reportAt, shownError } from './failures.js';
import { cloneJson, getOwn, isObject, mergeJson, type JsonObject } from './json.js';
import { collectObjects, type PathArray } from './paths.js';
import type { CompileContext, PlanStep } from './plan-step.js';
import type { RepresentationBuilder } from './representation.js';
import { applyRewrites } from './rewrites.js';
import { limitAge, sendOperation, variablesText } from './send-operation.js';
import type { EntityRead } from '../cache/entity-read.js';
import type { SubgraphAnswer } from '../subgraph-http/subgraph-client.js';
import type { SubgraphOperation } from './subgraph-operation.js';
import { isAbstractName } from './type-condition.js';

/** Which objects of the answer show which entity. */
type Wanted = Map<EntitySlot, JsonObject[]>;

/**
 * A fetch of entities: the objects at a path are described by their keys, and what the subgraph knows of
 * them is added to each.
 */
export function entityFetch(fetch: EntityFetch): PlanStep {
  return (execution) => fetchEntities(execution, fetch, collectObjects(execution.data, fetch.path));
}

/** A compiled fetch of entities. */
export interface EntityFetch {
  readonly operation: SubgraphOperation;
  /** Where the objects stand. */
  readonly path: PathArray;
  readonly context: CompileContext;
  readonly representations: RepresentationBuilder;
}

/** Fetches for some of the objects at the path. @returns `undefined` when there is nothing to ask for */
export function fetchEntities(
  execution: Execution,
  fetch: EntityFetch,
  objects: readonly JsonObject[],
): Promise<void> | undefined {
  if (objects.length === 0) return undefined;
  const { operation, context } = fetch;
  const { build, identityOf } = fetch.representations;
  const batch = batchOf(execution, operation, context);
  const wanted: Wanted = new Map();
  const alike = new Map<string, JsonObject[]>();
  for (const object of objects) {
    const identity = identityOf(object);
    const known = identity === undefined ? undefined : alike.get(identity);
    if (known !== undefined) {
      known.push(object);
      continue;
    }
    const representation = build(object);
    if (representation === null) continue;
    const slot = batch.slot(representation);
    const sharing = wanted.get(slot) ?? [];
    sharing.push(object);
    wanted.set(slot, sharing);
    if (identity !== undefined) alike.set(identity, sharing);
  }
  return wanted.size === 0 ? undefined : finish(execution, fetch, wanted);
}

async function finish(execution: Execution, fetch: EntityFetch, wanted: Wanted): Promise<void> {
  const { operation, context, path } = fetch;
  for (const slot of wanted.keys()) if (slot.entity === undefined) await slot.answered;
  for (const [slot, objects] of wanted) {
    place(execution, operation, context, path, slot, objects);
  }
}

/** The batch of this request. A mutation asks anew each time: its steps change what entities are. */
function batchOf(
  execution: Execution,
  operation: SubgraphOperation,
  context: CompileContext,
): EntityBatch {
  const make = () => entityBatch(sendEntities(execution, operation, context));
  if (execution.kind === OperationTypeNode.MUTATION) return make();
  const batch = execution.batches.get(operation) ?? make();
  execution.batches.set(operation, batch);
  return batch;
}

const sendEntities =
  (execution: Execution, operation: SubgraphOperation, context: CompileContext): SendEntities =>
  async (slots) => {
    const read = mayBeKept(execution, operation, context)
      ? await readKept(execution, operation, context, slots)
      : undefined;
    const wanted = read === undefined ? slots : slots.filter(({ entity }) => entity === undefined);
    if (wanted.length === 0) return;
    const representations = wanted.map(({ representation }) => representation).join(',');
    const { answer, failure } = await sendOperation(
      operation,
      execution,
      context,
      representations,
      read?.freshness,
    );
    const missing = failure ?? fillSlots(execution, operation, context, wanted, answer);
    for (const slot of wanted) {
      slot.entity ??= null;
      slot.failure = missing;
    }
    if (answer === undefined || answer.policy.maxAge === 0) return;
    context.entityCache?.notice(operation, answer.policy);
    read?.keep(
      answer.policy,
      slots.map(({ entity }, index) => (read.found[index] === undefined ? entity : undefined)),
    );
  };

/** Kept entities will not do for mutations, nor for events, which tell of what is new. */
const mayBeKept = (
  { kind }: Execution,
  operation: SubgraphOperation,
  { entityCache }: CompileContext,
): boolean => kind === OperationTypeNode.QUERY && entityCache?.isWorthReading(operation) === true;

/** Fills the slots of those entities that are kept. */
async function readKept(
  execution: Execution,
  operation: SubgraphOperation,
  { entityCache }: CompileContext,
  slots: readonly EntitySlot[],
): Promise<EntityRead | undefined> {
  const read = await entityCache?.read({
    operation,
    variables: operation.contextValues + variablesText(operation, execution.variables),
    scope: execution.scope,
    representations: slots.map(({ representation }) => representation),
  });
  if (read === undefined) return undefined;
  for (const [index, slot] of slots.entries()) slot.entity = read.found[index];
  limitAge(execution, read.maxAge);
  return read;
}

/** @returns why there are no entities, when there are none */
function fillSlots(
  execution: Execution,
  operation: SubgraphOperation,
  { supergraphSchema, disclosure }: CompileContext,
  slots: readonly EntitySlot[],
  { data, errors }: SubgraphAnswer,
): FetchFailure | undefined {
  const { subgraph, outputRewrites } = operation;
  const entities = data === null ? undefined : getOwn(data, '_entities');
  const loose: FetchFailure['error'][] = [];
  for (const error of errors) {
    const [root, index, ...below] = error.path ?? [];
    const slot = root === '_entities' && typeof index === 'number' ? slots[index] : undefined;
    if (slot !== undefined) slot.errors = [...slot.errors, { ...error, path: below }];
    else loose.push(shownError(error, subgraph, disclosure));
  }
  if (errors.length > 0) execution.maxAge = 0;
  if (!Array.isArray(entities)) {
    const [first = noAnswer(subgraph, disclosure), ...others] = loose;
    execution.errors.push(...others);
    return addFailure(execution, first);
  }
  execution.errors.push(...loose);
  for (const [index, slot] of slots.entries()) {
    const entity: unknown = entities[index];
    if (!isObject(entity)) continue;
    applyRewrites(supergraphSchema, outputRewrites, entity);
    // A subgraph with an @interfaceObject knows only the interface; the objects know their type already.
    if (isAbstractName(supergraphSchema, entity['__typename'])) delete entity['__typename'];
    slot.entity = entity;
  }
  return undefined;
}

/** Adds an entity to every object that shows it, and its errors at every place. */
function place(
  execution: Execution,
  operation: SubgraphOperation,
  { disclosure }: CompileContext,
  path: PathArray,
  slot: EntitySlot,
  objects: readonly JsonObject[],
): void {
  if (slot.failure !== undefined) blame(execution, objects, slot.failure);
  for (const error of slot.errors) {
    const shown = shownError(error, operation.subgraph, disclosure);
    reportAt(execution, operation, shown, objects, path, error.path ?? []);
  }
  const { entity } = slot;
  if (entity === null || entity === undefined) return;
  for (const object of objects) {
    // Later fetches add to what is nested, each in its own place; the slot must stay as it came.
    mergeJson(object, operation.isNested ? cloneJson(entity) : entity);
  }
}
