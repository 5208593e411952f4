import { CommandError, badValue } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isTruthy } from '../bson/types.js';
import { namespaceOf } from '../engine/collection.js';
import type { Collection } from '../engine/model.js';
import { parseCollectionOptions } from '../engine/validation.js';
import { compileFilter } from '../query/filter.js';
import type { Command, CommandContext } from './context.js';
import { collectionName, countOption, documentOption, refuseOptions } from './context.js';
import { existingCollection, modifyIndex } from './indexes.js';

const optionNames = ['validator', 'validationLevel', 'validationAction', 'capped'];
const refusedOptions = [
  ...['size', 'max', 'timeseries', 'viewOn', 'pipeline', 'collation', 'clusteredIndex'],
  ...['expireAfterSeconds', 'changeStreamPreAndPostImages', 'encryptedFields', 'storageEngine'],
];

function pick(command: Document, names: readonly string[]): Document {
  return Object.fromEntries(
    names.flatMap((name) => (command[name] === undefined ? [] : [[name, command[name]]])),
  );
}

export const create: Command = {
  fields: [...optionNames, ...refusedOptions, 'idIndex', 'autoIndexId'],
  run(command, context) {
    refuseOptions(command, ['capped', ...refusedOptions]);
    const name = collectionName(command, 'create');
    const { catalog } = context.engine;
    const options = pick(command, ['validator', 'validationLevel', 'validationAction']);
    if (catalog.find(context.database, name))
      throw new CommandError(
        'NamespaceExists',
        `Collection ${context.database}.${name} already exists.`,
      );
    context.log.push(catalog.describe(catalog.create(context.database, name, options)));
    return {};
  },
};

export const collMod: Command = {
  fields: ['validator', 'validationLevel', 'validationAction', 'index'],
  run(command, context) {
    const collection = existingCollection(context, collectionName(command, 'collMod'));
    const change = pick(command, ['validator', 'validationLevel', 'validationAction']);
    collection.options = parseCollectionOptions({ ...collection.options.description, ...change });
    if (command['index'] !== undefined) modifyIndex(collection, command['index']);
    context.log.push(context.engine.catalog.describe(collection));
    return {};
  },
};

function dropCollection(collection: Collection, context: CommandContext): void {
  for (const operation of context.engine.catalog.drop(collection)) context.log.push(operation);
}

export const drop: Command = {
  fields: [],
  run(command, context) {
    const name = collectionName(command, 'drop');
    const collection = context.engine.catalog.find(context.database, name);
    if (!collection) return {};
    dropCollection(collection, context);
    return { ns: namespaceOf(collection), nIndexesWas: collection.indexes.length };
  },
};

export const dropDatabase: Command = {
  fields: [],
  run(_command, context) {
    for (const collection of context.engine.catalog.list(context.database))
      dropCollection(collection, context);
    return { dropped: context.database };
  },
};

export const renameCollection: Command = {
  fields: ['to', 'dropTarget'],
  run(command, context) {
    const [from, to] = [command['renameCollection'], command['to']].map((namespace) => {
      if (typeof namespace !== 'string' || !namespace.includes('.'))
        throw new CommandError('InvalidNamespace', `Invalid namespace: ${String(namespace)}`);
      const dot = namespace.indexOf('.');
      return { database: namespace.slice(0, dot), name: namespace.slice(dot + 1) };
    }) as [Names, Names];
    const { catalog } = context.engine;
    const source = catalog.find(from.database, from.name);
    if (!source) throw new CommandError('NamespaceNotFound', 'source namespace does not exist');
    if (from.database !== to.database)
      throw badValue('renaming a collection into another database is not supported here');
    const target = catalog.find(to.database, to.name);
    if (target === source)
      throw new CommandError('IllegalOperation', "Can't rename a collection to itself");
    if (target && !isTruthy(command['dropTarget']))
      throw new CommandError('NamespaceExists', 'target namespace exists');
    if (target) dropCollection(target, context);
    catalog.rename(source, to.name);
    context.log.push(catalog.describe(source));
    return {};
  },
};

interface Names {
  database: string;
  name: string;
}

export const listCollections: Command = {
  fields: ['filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  run(command, context) {
    const matches = compileFilter(documentOption(command, 'filter'));
    const rows = context.engine.catalog
      .list(context.database)
      .map((collection) => ({
        name: collection.name,
        type: 'collection',
        options: collection.options.description,
        info: { readOnly: false },
        idIndex: collection.indexes[0]?.spec.description,
      }))
      .filter(matches)
      .map((row) => (isTruthy(command['nameOnly']) ? { name: row.name, type: row.type } : row));
    const namespace = `${context.database}.$cmd.listCollections`;
    const { batch, id } = context.engine.cursors.open(rows, {
      namespace,
      batchSize: countOption(documentOption(command, 'cursor'), 'batchSize'),
      session: context.session?.id,
    });
    return { cursor: { firstBatch: batch, id, ns: namespace } };
  },
};

export const listDatabases: Command = {
  fields: ['filter', 'nameOnly', 'authorizedDatabases'],
  run(command, { engine }) {
    const matches = compileFilter(documentOption(command, 'filter'));
    const databases = engine.catalog
      .databases()
      .map((name) => ({ name, sizeOnDisk: 0n, empty: false }))
      .filter(matches);
    return {
      databases: isTruthy(command['nameOnly'])
        ? databases.map(({ name }) => ({ name }))
        : databases,
      totalSize: 0n,
    };
  },
};
