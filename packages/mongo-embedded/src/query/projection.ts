import { CommandError, badValue, failedToParse, notImplemented } from '../errors.js';
import type { Variables } from '../aggregation/expression.js';
import { compileValue } from '../aggregation/expression.js';
import { plainDocument } from '../aggregation/values.js';
import { double } from '../bson/numbers.js';
import { ownField, setNested } from '../bson/paths.js';
import type { Document } from '../bson/types.js';
import { isDocument, setField, toNumber } from '../bson/types.js';
import type { Scored } from '../text/meta.js';
import { checkMeta } from '../text/meta.js';
import { compileElement } from './filter.js';
import { arraySlice } from './slice.js';

/** Which parts of a document stay: a leaf keeps (or drops) everything below it. */
type Tree = Map<string, Tree | 'leaf'>;
type Step = (source: Document, target: Document, textScore: number | undefined) => void;

interface Parsed {
  included: string[];
  excluded: string[];
  steps: Step[];
  /** Those of `$meta`, which say nothing about the other fields. */
  metaSteps: number;
  /** `$elemMatch` and computed fields make an inclusion even without a `field: 1`. */
  inclusive: boolean;
  idIncluded: boolean | undefined;
}

interface ProjectionContext {
  variables?: Variables | undefined;
  /** The index of the array element that the query matched, for `field.$`. */
  matchedElement?: ((document: Document, arrayPath: string) => number | undefined) | undefined;
  /** Whether documents come with a text score. */
  scored?: Scored;
}

/** Compiles a `find` projection or a `$project` stage. The result is a new document. */
export function compileProjection(
  spec: Document,
  context: ProjectionContext = {},
): (document: Document, textScore?: number) => Document {
  if (Object.keys(spec).length === 0) return (document) => document;
  const parsed: Parsed = {
    included: [],
    excluded: [],
    steps: [],
    metaSteps: 0,
    inclusive: false,
    idIncluded: undefined,
  };
  parse(spec, '', parsed, context);
  const inclusion = parsed.included.length > 0 || parsed.inclusive;
  const onlyId = parsed.excluded.length === 0 && parsed.steps.length === parsed.metaSteps;
  if (inclusion && parsed.excluded.length > 0) throw mixed(parsed.excluded[0] ?? '');
  const including = inclusion || (onlyId && parsed.idIncluded === true);
  const paths = including ? parsed.included : parsed.excluded;
  if (including ? parsed.idIncluded !== false : parsed.idIncluded === false) paths.unshift('_id');
  const tree = toTree(paths);
  const select = including ? include : exclude;
  return (document, textScore) => {
    const target = select(document, tree) as Document;
    for (const step of parsed.steps) step(document, target, textScore);
    return target;
  };
}

function mixed(path: string): CommandError {
  return new CommandError(
    'ProjectionMixed',
    `Cannot do exclusion on field ${path} in inclusion projection`,
  );
}

function parse(spec: Document, prefix: string, parsed: Parsed, context: ProjectionContext): void {
  for (const key of Object.keys(spec)) {
    const path = prefix + key;
    const value = spec[key];
    const flag = typeof value === 'boolean' ? value : toNumber(value);
    if (path.endsWith('.$')) parsePositional(path.slice(0, -2), parsed, context);
    else if (flag !== undefined) {
      if (path === '_id') parsed.idIncluded = Boolean(flag);
      else (flag ? parsed.included : parsed.excluded).push(path);
    } else parseComputed(path, value, parsed, context);
  }
}

function parseComputed(
  path: string,
  value: unknown,
  parsed: Parsed,
  context: ProjectionContext,
): void {
  const parts = path.split('.');
  const [operator] = isDocument(value) ? Object.keys(value) : [];
  if (isDocument(value) && operator === '$elemMatch') {
    const matches = compileElement(value['$elemMatch']);
    parsed.inclusive = true;
    parsed.steps.push((source, target) => {
      const array = ownField(source, path);
      const found = Array.isArray(array) ? (array as unknown[]).find(matches) : undefined;
      if (found !== undefined) setField(target, path, [found]);
    });
  } else if (isDocument(value) && operator === '$slice' && isPlainSlice(value['$slice'])) {
    const slice = value['$slice'];
    parsed.steps.push((source, target) => {
      const array = ownField(source, path);
      if (Array.isArray(array)) setField(target, path, arraySlice(array as unknown[], slice));
    });
  } else if (isDocument(value) && operator === '$meta') {
    checkMeta(value, context.scored ?? 'elsewhere');
    parsed.metaSteps++;
    parsed.steps.push((_source, target, textScore) => {
      if (textScore !== undefined) setNested(target, parts, double(textScore));
    });
  } else if (isDocument(value) && !operator?.startsWith('$')) {
    if (operator === undefined) throw badValue('An empty sub-projection is not a valid value.');
    parse(value, `${path}.`, parsed, context);
  } else {
    const compute = compileValue(value, context.variables);
    parsed.inclusive = true;
    if (path === '_id') parsed.idIncluded = false;
    parsed.steps.push((source, target) => {
      const computed = compute(plainDocument(source));
      if (computed !== undefined) setNested(target, parts, computed);
    });
  }
}

const isPlainSlice = (value: unknown): boolean =>
  toNumber(value) !== undefined ||
  (Array.isArray(value) && value.every((item) => toNumber(item) !== undefined));

function parsePositional(path: string, parsed: Parsed, context: ProjectionContext): void {
  const { matchedElement } = context;
  if (!matchedElement) throw failedToParse(`positional projection '${path}.$' needs a query`);
  if (path.includes('.')) throw notImplemented('a positional projection on a nested path');
  parsed.inclusive = true;
  parsed.steps.push((source, target) => {
    const array = ownField(source, path);
    const at = matchedElement(source, path);
    if (at === undefined)
      throw badValue(
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      );
    if (Array.isArray(array)) setField(target, path, [(array as unknown[])[at]]);
  });
}

function toTree(paths: readonly string[]): Tree {
  const root: Tree = new Map();
  for (const path of paths) {
    const parts = path.split('.');
    let node = root;
    for (const [at, part] of parts.entries()) {
      const next = node.get(part);
      const last = at === parts.length - 1;
      if (next === 'leaf' || (next && last))
        throw new CommandError('ProjectionCollision', `Path collision at ${path}`);
      if (last) node.set(part, 'leaf');
      else if (next) node = next;
      else {
        const created: Tree = new Map();
        node.set(part, created);
        node = created;
      }
    }
  }
  return root;
}

function include(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value))
    return (value as unknown[])
      .filter((item) => isDocument(item) || Array.isArray(item))
      .map((item) => include(item, tree));
  if (!isDocument(value)) return undefined;
  const kept: Document = {};
  for (const key of Object.keys(value)) {
    const node = tree.get(key);
    if (!node) continue;
    const child = node === 'leaf' ? value[key] : include(value[key], node);
    if (child !== undefined) setField(kept, key, child);
  }
  return kept;
}

function exclude(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) return (value as unknown[]).map((item) => exclude(item, tree));
  if (!isDocument(value)) return value;
  const kept: Document = {};
  for (const key of Object.keys(value)) {
    const node = tree.get(key);
    if (node === 'leaf') continue;
    setField(kept, key, node ? exclude(value[key], node) : value[key]);
  }
  return kept;
}
