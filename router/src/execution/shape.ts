import type { FieldNode, GraphQLFormattedError } from 'graphql';
import type { Execution } from './execution.js';
import { getOwn, isObject, setOwn, type JsonObject } from './json.js';
import { link, pathArray, type PathLink } from './paths.js';
import type { FieldShape, ObjectShape, ValueShape } from './shape-compiler.js';

export interface ShapedResult {
  readonly data: JsonObject | null;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Marks a null where the schema forbids one: the parent becomes null in its stead. */
const broken = Symbol('broken');

/** One failed fetch, or a list full of wrong values, tells no more with 1,000 errors than with these. */
const maximumShownPerFailure = 50;
const maximumCompletionErrors = 50;

interface Shaping {
  readonly execution: Execution;
  readonly errors: GraphQLFormattedError[];
  readonly introspect: (node: FieldNode) => unknown;
  completionErrors: number;
}

/**
 * Makes the answer out of what the fetches brought: only what was selected, in the order of selection,
 * with nulls propagated as the GraphQL specification (section 6.4.4) says and an error behind each.
 *
 * @param introspect answers a `__schema` or `__type` field
 */
export function shapeResult(
  shape: ObjectShape,
  execution: Execution,
  introspect: (node: FieldNode) => unknown,
): ShapedResult {
  const shaping: Shaping = {
    execution,
    errors: [...execution.errors],
    introspect,
    completionErrors: 0,
  };
  const data = shapeObject(shaping, shape, execution.data, undefined);
  for (const { error, shown } of execution.failures) {
    if (shown === 0) shaping.errors.push(error);
  }
  return { data: data === broken ? null : data, errors: shaping.errors };
}

function shapeObject(
  shaping: Shaping,
  shape: ObjectShape,
  source: JsonObject,
  path: PathLink | undefined,
): JsonObject | typeof broken {
  const output: JsonObject = {};
  for (const field of shape.fields) {
    const value = shapeField(shaping, shape, field, source, path);
    if (value === broken) return broken;
    setOwn(output, field.key, value);
  }
  return output;
}

function shapeField(
  shaping: Shaping,
  shape: ObjectShape,
  field: FieldShape,
  source: JsonObject,
  path: PathLink | undefined,
): unknown {
  if (field.kind === 'typename') return shape.isConcrete ? shape.typeName : broken;
  if (field.kind === 'introspection') return shaping.introspect(field.node);
  const place = link(path, field.key);
  const value = getOwn(source, field.key);
  if (value === undefined) showFailure(shaping, source, place);
  return shapeValue(shaping, field.value, value ?? null, place);
}

function shapeValue(shaping: Shaping, shape: ValueShape, value: unknown, path: PathLink): unknown {
  const shaped = value === null ? null : shapeNonNull(shaping, shape, value, path);
  if (shaped !== null || !shape.nonNull) return shaped;
  complain(shaping, `Cannot return null for non-nullable field ${shape.name}.`, path);
  return broken;
}

/** @returns the value as the client sees it, or `null` where it is unusable */
function shapeNonNull(
  shaping: Shaping,
  shape: ValueShape,
  value: unknown,
  path: PathLink,
): unknown {
  switch (shape.kind) {
    case 'leaf':
      return shape.isValid(value) ? value : unusable(shaping, shape, path);
    case 'list':
      return Array.isArray(value)
        ? shapeList(shaping, shape.item, value, path)
        : unusable(shaping, shape, path);
    case 'object': {
      if (!isObject(value)) return unusable(shaping, shape, path);
      const typeName = getOwn(value, '__typename') ?? shape.declared;
      const objectShape = typeof typeName === 'string' ? shape.shapeOf(typeName) : undefined;
      if (objectShape === undefined) return unusable(shaping, shape, path);
      const object = shapeObject(shaping, objectShape, value, path);
      return object === broken ? null : object;
    }
  }
}

function shapeList(
  shaping: Shaping,
  itemShape: ValueShape,
  items: readonly unknown[],
  path: PathLink,
): unknown[] | null {
  const shaped = items.map((item, index) =>
    shapeValue(shaping, itemShape, item ?? null, link(path, index)),
  );
  return shaped.includes(broken) ? null : shaped;
}

function unusable(shaping: Shaping, shape: ValueShape, path: PathLink): null {
  complain(shaping, `Invalid value found for field ${shape.name}.`, path);
  return null;
}

/** Shows the failure of the fetch that should have brought this field. */
function showFailure({ execution, errors }: Shaping, source: JsonObject, path: PathLink): void {
  const failure = execution.failureOf.get(source);
  if (failure === undefined || failure.shown >= maximumShownPerFailure) return;
  failure.shown++;
  errors.push({ ...failure.error, path: pathArray(path) });
}

/** Adds an error of our own, unless one already explains the same null. */
function complain(shaping: Shaping, message: string, path: PathLink): void {
  if (shaping.completionErrors >= maximumCompletionErrors) return;
  const place = pathArray(path);
  if (shaping.errors.some((error) => error.path !== undefined && overlap(error.path, place)))
    return;
  shaping.completionErrors++;
  shaping.errors.push({ message, path: place, extensions: { code: 'INVALID_GRAPHQL' } });
}

/** Whether one path is the beginning of the other. */
function overlap(one: readonly (string | number)[], other: readonly (string | number)[]): boolean {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) if (one[index] !== other[index]) return false;
  return true;
}
