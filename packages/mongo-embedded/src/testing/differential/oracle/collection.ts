import { matches } from './filter.js';
import type { SortSpec } from './paths.js';
import { compareSortKeys, keysAt, sortKeyOf } from './paths.js';
import { codes, Refusal } from './refusal.js';
import type { UpdateRequest } from './update.js';
import { checkUpdate, structuredCopy, updated } from './update.js';
import type { Document } from './values.js';
import { bytesOf, identical, isDocument } from './values.js';

export interface IndexSpec {
  readonly name: string;
  readonly key: SortSpec;
  readonly unique?: boolean;
  readonly sparse?: boolean;
  readonly partialFilterExpression?: Document;
}

/** What a multi-document update does, and how it may go wrong; the order of the documents is open. */
export interface PlannedUpdate {
  readonly matched: number;
  readonly modified: number;
  /** States by id, before and after. */
  readonly states: ReadonlyMap<string, { before: Document; after: Document }>;
  /** Codes of which one is answered, if there are any. */
  readonly errors: ReadonlySet<number>;
  /** Whether a unique index refuses depends on the order. */
  readonly mayClash: boolean;
}

export type Oracle = ReturnType<typeof createOracle>;

/** A collection as MongoDB would have it: a list of documents and rules, nothing clever. */
export function createOracle() {
  let documents: Document[] = [];
  let indexes: IndexSpec[] = [{ name: '_id_', key: { _id: 1 }, unique: true }];

  /** The codes with which indexes refuse a document beside others. */
  const refusalsOf = (document: Document, others: readonly Document[]): Set<number> => {
    const found = new Set<number>();
    for (const index of indexes) {
      const keys = keysOrCode(index, document);
      if (typeof keys === 'number') found.add(keys);
      else if (index.unique === true && others.some((other) => clashes(index, keys, other)))
        found.add(codes.duplicateKey);
    }
    return found;
  };

  const store = (document: Document, replaced?: Document): void => {
    const others = documents.filter((other) => other !== replaced);
    const refusals = refusalsOf(document, others);
    if (refusals.size > 0) throw new Refusal([...refusals], 'refused by an index');
    documents = replaced
      ? documents.map((other) => (other === replaced ? document : other))
      : [...documents, document];
  };

  const find = (filter: Document, sort?: SortSpec): Document[] => {
    const found = documents.filter((document) => matches(document, filter));
    if (!sort) return found;
    const keyed = found.map((document) => ({ document, key: sortKeyOf(document, sort) }));
    return keyed
      .sort((left, right) => compareSortKeys(left.key, right.key, sort))
      .map(({ document }) => document);
  };

  return {
    all: (): readonly Document[] => documents,
    indexes: (): readonly IndexSpec[] => indexes,
    find,
    insert: (document: Document): void => store(structuredCopy(document) as Document),
    /** Of the first match in the order. Answers the states, both undefined when nothing matched. */
    updateOne(request: UpdateRequest & { upsert?: boolean; sort?: SortSpec }) {
      checkUpdate(request.update);
      const [before] = find(request.filter, request.sort);
      if (before) {
        const after = updated(before, request);
        if (!identical(before, after)) store(after, before);
        return { before, after };
      }
      if (request.upsert !== true) return { before: undefined, after: undefined };
      const after = updated(upsertBase(request), request, true);
      const { _id, ...fields } = after;
      const inserted = { _id, ...fields };
      store(inserted);
      return { before: undefined, after: inserted };
    },
    planUpdateMany(request: UpdateRequest): PlannedUpdate {
      checkUpdate(request.update);
      const states = new Map<string, { before: Document; after: Document }>();
      const errors = new Set<number>();
      const matched = find(request.filter);
      for (const before of matched) {
        try {
          const after = updated(before, request);
          states.set(bytesOf(before['_id']), { before, after });
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          for (const code of error.codes) errors.add(code);
        }
      }
      const changed = [...states.values()].filter(({ before, after }) => !identical(before, after));
      let mayClash = false;
      for (const { before, after } of changed) {
        const others = documents.filter((other) => other !== before);
        const afterwards = changed.filter((one) => one.before !== before).map((one) => one.after);
        for (const code of refusalsOf(after, [...others, ...afterwards]))
          if (code === codes.duplicateKey) mayClash = true;
          else errors.add(code);
      }
      const modified = changed.length;
      return { matched: matched.length, modified, states, errors, mayClash };
    },
    /** Takes over what a multi-document write left behind. */
    adopt(stored: readonly Document[]): void {
      documents = [...stored];
    },
    /** Whether any two documents share a unique key. */
    isConsistent: (): boolean =>
      documents.every(
        (document) =>
          refusalsOf(
            document,
            documents.filter((other) => other !== document),
          ).size === 0,
      ),
    remove(removed: readonly Document[]): void {
      documents = documents.filter((document) => !removed.includes(document));
    },
    createIndex(index: IndexSpec): void {
      const before = indexes;
      indexes = [...indexes, index];
      const refusals = new Set(
        documents.flatMap((document) => [
          ...refusalsOf(
            document,
            documents.filter((other) => other !== document),
          ),
        ]),
      );
      if (refusals.size === 0) return;
      indexes = before;
      throw new Refusal([...refusals], 'the documents do not fit the index');
    },
    dropIndex(name: string): void {
      indexes = indexes.filter((index) => index.name !== name);
    },
  };
}

/** An index's keys of a document, or the code with which it refuses. */
function keysOrCode(index: IndexSpec, document: Document): unknown[][] | number {
  const { partialFilterExpression: partial, sparse, key } = index;
  if (partial && !matches(document, partial)) return [];
  try {
    const keys = keysAt(document, Object.keys(key));
    return sparse === true ? keys.filter((one) => one.some((value) => value !== undefined)) : keys;
  } catch (error) {
    if (error instanceof Refusal) return codes.parallelArrays;
    throw error;
  }
}

function clashes(index: IndexSpec, keys: readonly unknown[][], other: Document): boolean {
  const theirs = keysOrCode(index, other);
  if (typeof theirs === 'number') return false;
  return keys.some((key) => theirs.some((their) => compareSortKeys(key, their, index.key) === 0));
}

/** What an upsert knows from the filter: its equalities, in the order of their paths. */
function upsertBase({ filter, update }: UpdateRequest): Document {
  const equalities = Object.entries(filter)
    .filter(([key]) => !key.startsWith('$'))
    .map(([key, operand]) => [
      key,
      isDocument(operand) && '$eq' in operand ? operand['$eq'] : operand,
    ])
    .filter(([, value]) => !isDocument(value) || !Object.keys(value)[0]?.startsWith('$')) as [
    string,
    unknown,
  ][];
  const replacing = !Object.keys(update).some((key) => key.startsWith('$'));
  if (replacing) return Object.fromEntries(equalities.filter(([key]) => key === '_id'));
  const sets = Object.fromEntries(equalities.sort(([left], [right]) => (left < right ? -1 : 1)));
  try {
    return updated({}, { filter: {}, update: { $set: sets } });
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(codes.notSingleValue, 'conflicting equalities');
    throw error;
  }
}
