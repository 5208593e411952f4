import { badValue, failedToParse } from '../errors.js';
import { getPath, isArrayIndex } from '../bson/paths.js';
import type { Document } from '../bson/types.js';
import { isDocument } from '../bson/types.js';
import { compileFilter } from '../query/filter.js';

export interface TargetContext {
  /** The index of the array element that the query matched, for `array.$.field`. */
  matchedElement: (document: Document, arrayPath: string) => number | undefined;
  arrayFilters: ReadonlyMap<string, (element: unknown) => boolean>;
}

/** Expands `$`, `$[]` and `$[name]` in an update path to the concrete paths in this document. */
export function targetPaths(document: Document, path: string, context: TargetContext): string[][] {
  let targets: string[][] = [[]];
  for (const part of path.split('.')) {
    if (part === '$')
      targets = targets.map((target) => [...target, position(document, target, context)]);
    else if (part.startsWith('$[') && part.endsWith(']'))
      targets = targets.flatMap((target) => elements(document, target, part.slice(2, -1), context));
    else targets = targets.map((target) => [...target, part]);
  }
  return targets;
}

function position(document: Document, target: string[], { matchedElement }: TargetContext): string {
  const at = matchedElement(document, target.join('.'));
  if (at === undefined)
    throw badValue('The positional operator did not find the match needed from the query.');
  return String(at);
}

function elements(
  document: Document,
  target: string[],
  name: string,
  { arrayFilters }: TargetContext,
): string[][] {
  const array = getPath(document, target);
  if (!Array.isArray(array))
    throw badValue(
      `The path '${target.join('.')}' must exist in the document in order to apply array updates.`,
    );
  const matches = name === '' ? () => true : arrayFilters.get(name);
  if (!matches)
    throw badValue(`No array filter found for identifier '${name}' in path '${target.join('.')}'`);
  return (array as unknown[]).flatMap((element, at) =>
    matches(element) ? [[...target, String(at)]] : [],
  );
}

/** Compiles `arrayFilters`: one condition per identifier. */
export function compileArrayFilters(
  filters: unknown,
): ReadonlyMap<string, (element: unknown) => boolean> {
  const compiled = new Map<string, (element: unknown) => boolean>();
  if (filters === undefined) return compiled;
  if (!Array.isArray(filters)) throw failedToParse('arrayFilters must be an array');
  for (const filter of filters as unknown[]) {
    if (!isDocument(filter)) throw failedToParse('an array filter must be an object');
    const names = identifiers(filter);
    const [name] = names;
    if (names.size !== 1 || name === undefined)
      throw failedToParse(
        'Error parsing array filter :: caused by :: Expected a single top-level field name',
      );
    if (compiled.has(name))
      throw failedToParse(
        `Found multiple array filters with the same top-level field name ${name}`,
      );
    const matches = compileFilter(filter);
    compiled.set(name, (element) => matches({ [name]: element }));
  }
  return compiled;
}

function identifiers(filter: Document): Set<string> {
  const names = new Set<string>();
  for (const key of Object.keys(filter)) {
    const operand = filter[key];
    if (!key.startsWith('$')) names.add(key.split('.')[0] ?? '');
    else if (Array.isArray(operand))
      for (const item of operand as unknown[])
        if (isDocument(item)) for (const name of identifiers(item)) names.add(name);
  }
  return names;
}

/** Which identifiers an update path uses, to refuse filters that nothing uses. */
export function usedIdentifiers(path: string): string[] {
  return path
    .split('.')
    .filter((part) => part.startsWith('$[') && part !== '$[]')
    .map((part) => part.slice(2, -1));
}

/** Finds which element of an array made the query match. */
export function elementMatcher(filter: Document): TargetContext['matchedElement'] {
  return (document, arrayPath) => {
    const array = getPath(document, arrayPath.split('.'));
    if (!Array.isArray(array)) return undefined;
    const tests = elementTests(filter, arrayPath);
    if (tests.length === 0) return undefined;
    const at = (array as unknown[]).findIndex((element) => tests.every((test) => test(element)));
    return at < 0 ? undefined : at;
  };
}

function elementTests(filter: Document, arrayPath: string): ((element: unknown) => boolean)[] {
  return Object.keys(filter).flatMap((key) => {
    const operand = filter[key];
    if (key === '$and' && Array.isArray(operand))
      return (operand as unknown[]).flatMap((item) =>
        isDocument(item) ? elementTests(item, arrayPath) : [],
      );
    if (key === arrayPath) {
      const matches = compileFilter({ element: operand });
      const inner = isDocument(operand) && '$elemMatch' in operand;
      return [(element: unknown) => matches({ element: inner ? [element] : element })];
    }
    if (!key.startsWith(`${arrayPath}.`)) return [];
    const rest = key.slice(arrayPath.length + 1);
    const [first = '', ...below] = rest.split('.');
    if (isArrayIndex(first) && below.length === 0) return [];
    const matches = compileFilter({ [rest]: operand });
    return [(element: unknown) => isDocument(element) && matches(element)];
  });
}
