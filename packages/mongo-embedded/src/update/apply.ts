import { CommandError, badValue, failedToParse, typeMismatch } from '../errors.js';
import { checkPipeline } from '../aggregation/check.js';
import type { Variables } from '../aggregation/expression.js';
import { runStages } from '../aggregation/run.js';
import { plainDocument, restoreTypes } from '../aggregation/values.js';
import { equalValues } from '../bson/order.js';
import { isArrayIndex } from '../bson/paths.js';
import type { Document } from '../bson/types.js';
import { clone, isDocument } from '../bson/types.js';
import { operators, rename, unknownModifier } from './operators.js';
import { placeAt } from './places.js';
import type { TargetContext } from './targets.js';
import { compileArrayFilters, elementMatcher, targetPaths, usedIdentifiers } from './targets.js';

export interface UpdateRequest {
  filter: Document;
  update: unknown;
  arrayFilters?: unknown;
  variables?: Variables | undefined;
}

export interface CompiledUpdate {
  /** A whole document in place of the old one, as `replaceOne` sends. */
  replacement: boolean;
  /** The new state; the old document is not touched. `inserting` applies `$setOnInsert` too. */
  apply(document: Document, inserting?: boolean): Document;
}

/** Compiles an update once; wrong operators and conflicting paths are refused before any write. */
export function compileUpdate(request: UpdateRequest): CompiledUpdate {
  const { update } = request;
  if (Array.isArray(update)) return compilePipeline(update, request.variables);
  if (!isDocument(update)) throw failedToParse('an update is an object or a pipeline');
  const [first] = Object.keys(update);
  if (first === undefined || !first.startsWith('$')) return compileReplacement(update);
  return compileOperators(update, request);
}

function compileReplacement(update: Document): CompiledUpdate {
  const dollar = Object.keys(update).find((name) => name.startsWith('$'));
  if (dollar)
    throw new CommandError(
      'DollarPrefixedFieldName',
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document.`,
    );
  return {
    replacement: true,
    apply(document) {
      const { _id = document['_id'], ...fields } = clone(update);
      return checkId(document, _id === undefined ? fields : { _id, ...fields });
    },
  };
}

const updateStages = ['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith'];

function compilePipeline(pipeline: unknown[], variables: Variables | undefined): CompiledUpdate {
  checkPipeline(pipeline);
  for (const stage of pipeline) {
    const [name = ''] = Object.keys(stage);
    if (!updateStages.includes(name))
      throw new CommandError(
        'InvalidOptions',
        `${name} is not allowed to be used within an update`,
      );
  }
  return {
    replacement: false,
    apply(document) {
      const scope = { view: () => undefined, variables };
      const [result = {}] = runStages([plainDocument(document)], pipeline, scope);
      const typed = restoreTypes(result, document) as Document;
      return checkId(document, withId(document, typed));
    },
  };
}

function withId(document: Document, result: Document): Document {
  if ('_id' in result || !('_id' in document)) return result;
  return { _id: document['_id'], ...result };
}

function compileOperators(
  update: Document,
  { filter, arrayFilters }: UpdateRequest,
): CompiledUpdate {
  const context: TargetContext = {
    matchedElement: elementMatcher(filter),
    arrayFilters: compileArrayFilters(arrayFilters),
  };
  const changes = Object.entries(update).flatMap(([name, fields]) => parseChanges(name, fields));
  checkConflicts(
    changes.flatMap(({ name, path, operand }) =>
      name === '$rename' ? [path, String(operand)] : [path],
    ),
  );
  checkIdentifiers(changes, context);
  const inOrder = [...changes].sort((left, right) =>
    comparePaths(writtenPath(left), writtenPath(right)),
  );
  return {
    replacement: false,
    apply(document, inserting = false) {
      const result = clone(document);
      for (const { name, path, operand } of inOrder) {
        if (name === '$setOnInsert' && !inserting) continue;
        if (name === '$rename')
          rename(placeAt(result, path.split('.')), placeAt(result, String(operand).split('.')));
        else
          for (const target of targetPaths(result, path, context))
            operators[name]?.(placeAt(result, target), operand, path);
      }
      return checkId(document, result);
    },
  };
}

interface Change {
  name: string;
  path: string;
  operand: unknown;
}

function parseChanges(name: string, fields: unknown): Change[] {
  if (name !== '$rename' && !Object.hasOwn(operators, name)) throw unknownModifier(name);
  if (!isDocument(fields))
    throw failedToParse(`Modifiers operate on fields but we found another type for ${name}`);
  return Object.keys(fields).map((path) => {
    const operand = fields[path];
    if (name === '$rename') checkRename(path, operand);
    if (path === '' || path.split('.').includes(''))
      throw new CommandError(
        'EmptyFieldName',
        `The update path '${path}' contains an empty field name`,
      );
    const dollar = path.split('.').find((part) => part.startsWith('$') && !isPositional(part));
    if (dollar)
      throw new CommandError(
        'DollarPrefixedFieldName',
        `The dollar ($) prefixed field '${dollar}' in '${path}' is not valid for storage.`,
      );
    return { name, path, operand };
  });
}

function checkRename(from: string, to: unknown): void {
  if (typeof to !== 'string')
    throw typeMismatch(`The 'to' field for $rename must be a string: ${from}`);
  if (`${from}.`.startsWith(`${to}.`) || `${to}.`.startsWith(`${from}.`))
    throw badValue(
      `The source and target field for $rename must differ and not be on the same path: ${from}: "${to}"`,
    );
  for (const path of [from, to])
    if (path.split('.').some(isPositional))
      throw badValue(`The source or destination field for $rename may not be dynamic: ${path}`);
}

const writtenPath = ({ name, path, operand }: Change): string[] =>
  (name === '$rename' ? String(operand) : path).split('.');

/** The order in which MongoDB works through an update, and so adds fields: names as text, positions as numbers. */
function comparePaths(left: readonly string[], right: readonly string[]): number {
  const at = left.findIndex((part, index) => part !== right[index]);
  const [one, other] = [left[at] ?? '', right[at] ?? ''];
  if (isArrayIndex(one) && isArrayIndex(other)) return Number(one) - Number(other);
  return one < other ? -1 : one > other ? 1 : 0;
}

const isPositional = (part: string): boolean => part === '$' || /^\$\[.*\]$/.test(part);

/** Two operators may not write the same field, nor a field and something inside it. */
function checkConflicts(paths: readonly string[]): void {
  const sorted = [...paths].sort();
  const seen = new Set<string>();
  for (const path of sorted) {
    const parts = path.split('.');
    const prefixes = parts.map((_, at) => parts.slice(0, at + 1).join('.'));
    const clash = prefixes.find((prefix) => seen.has(prefix));
    if (clash !== undefined)
      throw new CommandError(
        'ConflictingUpdateOperators',
        `Updating the path '${path}' would create a conflict at '${clash}'`,
      );
    seen.add(path);
  }
}

function checkIdentifiers(changes: readonly Change[], { arrayFilters }: TargetContext): void {
  const used = new Set(changes.flatMap(({ path }) => usedIdentifiers(path)));
  for (const name of arrayFilters.keys())
    if (!used.has(name))
      throw failedToParse(
        `The array filter for identifier '${name}' was not used in the update { ${changes.map(({ name: operator }) => operator).join(', ')} }`,
      );
}

function checkId(before: Document, after: Document): Document {
  if (!('_id' in before) || equalValues(before['_id'], after['_id'])) return after;
  throw new CommandError(
    'ImmutableField',
    "Performing an update on the path '_id' would modify the immutable field '_id'",
  );
}
