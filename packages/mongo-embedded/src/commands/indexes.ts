import { CommandError, badValue, failedToParse } from '../errors.js';
import { equalValues } from '../bson/order.js';
import { show } from '../bson/show.js';
import { isDocument, isTruthy } from '../bson/types.js';
import { buildIndex, namespaceOf } from '../engine/collection.js';
import type { IndexSpec } from '../engine/index-spec.js';
import { matchesIndex, parseIndexSpec, sameKey } from '../engine/index-spec.js';
import type { Collection } from '../engine/model.js';
import type { Command, CommandContext } from './context.js';
import { collectionName, countOption, documentOption } from './context.js';

const maxIndexes = 64;

export function existingCollection(context: CommandContext, name: string): Collection {
  const collection = context.engine.catalog.find(context.database, name);
  if (!collection)
    throw new CommandError('NamespaceNotFound', `ns does not exist: ${context.database}.${name}`);
  return collection;
}

export const createIndexes: Command = {
  fields: ['indexes', 'commitQuorum', 'ignoreUnknownIndexOptions'],
  run(command, context) {
    const name = collectionName(command, 'createIndexes');
    const { indexes } = command;
    if (!Array.isArray(indexes) || indexes.length === 0 || !indexes.every(isDocument))
      throw badValue('Must specify at least one index to create');
    const specs = indexes.map(parseIndexSpec);
    const existed = context.engine.catalog.find(context.database, name) !== undefined;
    const { collection } = context.writableView(name);
    const before = collection.indexes;
    try {
      for (const spec of specs) if (!isPresent(collection, spec)) buildIndex(collection, spec);
    } catch (error) {
      // All or nothing, as MongoDB builds them.
      collection.indexes = before;
      throw error;
    }
    if (collection.indexes.length > maxIndexes) {
      collection.indexes = before;
      throw new CommandError('CannotCreateIndex', `add index fails, too many indexes for ${name}`);
    }
    context.log.push(context.engine.catalog.describe(collection));
    const unchanged = before.length === collection.indexes.length;
    return {
      numIndexesBefore: before.length,
      numIndexesAfter: collection.indexes.length,
      createdCollectionAutomatically: !existed,
      ...(unchanged ? { note: 'all indexes already exist' } : {}),
    };
  },
};

/** Whether this very index exists; one that clashes by name or by key is an error. */
function isPresent(collection: Collection, wanted: IndexSpec): boolean {
  for (const { spec } of collection.indexes) {
    const same = sameKey(spec, wanted);
    if (spec.name === wanted.name && !same)
      throw new CommandError(
        'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index. Requested index: ${wanted.name}`,
      );
    if (!same) continue;
    if (equalValues(spec.partialFilter ?? null, wanted.partialFilter ?? null)) {
      if (spec.name === wanted.name && sameOptions(spec, wanted)) return true;
      if (spec.name === '_id_') return true;
      throw new CommandError(
        'IndexOptionsConflict',
        `An equivalent index already exists with a different name or different options: ${spec.name}`,
      );
    }
    if (spec.text && wanted.text)
      throw new CommandError(
        'CannotCreateIndex',
        `only one text index per collection allowed, found existing text index "${spec.name}"`,
      );
  }
  return false;
}

function sameOptions(left: IndexSpec, right: IndexSpec): boolean {
  if (left.text) return equalValues(left.description, right.description);
  return (
    left.unique === right.unique &&
    left.sparse === right.sparse &&
    left.expireAfterSeconds === right.expireAfterSeconds
  );
}

export const listIndexes: Command = {
  fields: ['cursor'],
  run(command, context) {
    const collection = existingCollection(context, collectionName(command, 'listIndexes'));
    const namespace = namespaceOf(collection);
    const { batch, id } = context.engine.cursors.open(
      collection.indexes.map(({ spec }) => spec.description),
      {
        namespace,
        batchSize: countOption(documentOption(command, 'cursor'), 'batchSize'),
        session: context.session?.id,
      },
    );
    return { cursor: { firstBatch: batch, id, ns: namespace } };
  },
};

export const dropIndexes: Command = {
  fields: ['index'],
  run(command, context) {
    const collection = existingCollection(context, collectionName(command, 'dropIndexes'));
    const before = collection.indexes.length;
    const wanted = command['index'];
    const names = Array.isArray(wanted) ? (wanted as unknown[]) : [wanted];
    const dropped = new Set<string>();
    for (const name of names) {
      if (name === '*') {
        for (const { spec } of collection.indexes) if (spec.name !== '_id_') dropped.add(spec.name);
        continue;
      }
      const found = collection.indexes.find(({ spec }) => matchesIndex(spec, name));
      if (!found)
        throw new CommandError('IndexNotFound', `index not found with name [${show(name)}]`);
      if (found.spec.name === '_id_')
        throw new CommandError('InvalidOptions', 'cannot drop _id index');
      dropped.add(found.spec.name);
    }
    collection.indexes = collection.indexes.filter(({ spec }) => !dropped.has(spec.name));
    context.log.push(context.engine.catalog.describe(collection));
    return { nIndexesWas: before };
  },
};

/** `collMod` with `index`: the only change MongoDB makes to an index in place is its expiry. */
export function modifyIndex(collection: Collection, change: unknown): void {
  if (!isDocument(change)) throw failedToParse("BSON field 'collMod.index' must be an object");
  const { name, keyPattern, expireAfterSeconds, ...others } = change;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined && isTruthy(others[unknown]))
    throw new CommandError('InvalidOptions', `collMod cannot change ${unknown} of an index here`);
  const index = collection.indexes.find(({ spec }) => matchesIndex(spec, name ?? keyPattern));
  if (!index)
    throw new CommandError('IndexNotFound', 'cannot find the index for the collMod command');
  const spec = parseIndexSpec({ ...index.spec.description, expireAfterSeconds });
  collection.indexes = collection.indexes.filter((other) => other !== index);
  buildIndex(collection, spec);
}
