import { CommandError, errorReply } from '../errors.js';
import type { Document } from '../bson/types.js';
import { isDocument, toNumber } from '../bson/types.js';
import type { Engine } from '../engine/engine.js';
import { aggregate } from './aggregate.js';
import * as collections from './collections.js';
import type { Command } from './context.js';
import { commandContext } from './context.js';
import { deleteDocuments } from './delete.js';
import { toCommandError } from './failures.js';
import { findAndModify } from './find-and-modify.js';
import * as queries from './find.js';
import * as indexes from './indexes.js';
import { insert } from './insert.js';
import * as info from './server-info.js';
import * as transactions from './transactions.js';
import { update } from './update.js';

/** Every command this server knows; COMMANDS.md says what each is for. */
const commands: Readonly<Record<string, Command>> = {
  insert,
  update,
  delete: deleteDocuments,
  findAndModify,
  findandmodify: findAndModify,
  aggregate,
  find: queries.find,
  count: queries.count,
  distinct: queries.distinct,
  explain: queries.explain,
  getMore: queries.getMore,
  killCursors: queries.killCursors,
  createIndexes: indexes.createIndexes,
  listIndexes: indexes.listIndexes,
  dropIndexes: indexes.dropIndexes,
  create: collections.create,
  collMod: collections.collMod,
  drop: collections.drop,
  dropDatabase: collections.dropDatabase,
  renameCollection: collections.renameCollection,
  listCollections: collections.listCollections,
  listDatabases: collections.listDatabases,
  commitTransaction: transactions.commitTransaction,
  abortTransaction: transactions.abortTransaction,
  endSessions: transactions.endSessions,
  killSessions: transactions.killSessions,
  refreshSessions: transactions.refreshSessions,
  ping: info.ping,
  buildInfo: info.buildInfo,
  buildinfo: info.buildInfo,
  serverStatus: info.serverStatus,
  connectionStatus: info.connectionStatus,
  replSetGetStatus: info.replSetGetStatus,
};

export const commandNames: readonly string[] = Object.keys(commands);

/** Options every command may carry. */
const genericFields = new Set([
  ...['$db', 'lsid', '$clusterTime', 'txnNumber', 'autocommit', 'startTransaction', 'maxTimeMS'],
  ...['readConcern', 'writeConcern', '$readPreference', 'comment', 'apiVersion', 'apiStrict'],
  ...['apiDeprecationErrors'],
]);

/** Executes one command and answers its reply; never throws. */
export async function dispatch(engine: Engine, request: Document): Promise<Document> {
  try {
    return { ...(await execute(engine, request)), ok: 1 };
  } catch (error) {
    return errorReply(toCommandError(error, engine));
  }
}

async function execute(engine: Engine, request: Document): Promise<Document> {
  const [name = ''] = Object.keys(request);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new CommandError('CommandNotFound', `no such command: '${name}'`);
  checkFields(name, command, request);
  checkConcerns(request);
  if (engine.failure)
    throw new CommandError(
      'InternalError',
      `the storage failed earlier: ${engine.failure.message}`,
    );
  const session = engine.sessions.of(request['lsid']);
  const isEnd = name === 'commitTransaction' || name === 'abortTransaction';
  if (isEnd && request['autocommit'] !== false)
    throw new CommandError('InvalidOptions', `${name} must be run within a transaction`);
  const transaction = transactions.transactionOf(engine, request, session, isEnd);
  if (transaction && !command.transactional)
    throw new CommandError(
      'OperationNotSupportedInTransaction',
      `Cannot run '${name}' in a multi-document transaction.`,
    );
  const context = commandContext(engine, request, session, transaction);
  try {
    const running = command.run(request, context);
    // Before any await: writes reach the disk in the order in which they changed the memory.
    context.submit();
    const reply = await running;
    await context.durable();
    if (transaction && !isEnd && reply['writeErrors']) transaction.end('aborted');
    return reply;
  } catch (error) {
    // A failed command ends its transaction, as in MongoDB.
    if (transaction && !isEnd) transaction.end('aborted');
    await context.durable();
    throw error;
  }
}

function checkFields(name: string, { fields }: Command, request: Document): void {
  if (typeof request['$db'] !== 'string')
    throw new CommandError('FailedToParse', `OP_MSG requests require a $db argument`);
  for (const field of Object.keys(request))
    if (field !== name && !genericFields.has(field) && !fields.includes(field))
      throw new CommandError('UnknownField', `BSON field '${name}.${field}' is an unknown field.`);
}

/** One node: it can promise what one node can, and refuses to pretend there are more. */
function checkConcerns(request: Document): void {
  const { writeConcern, readConcern } = request;
  if (isDocument(writeConcern)) {
    const { w } = writeConcern;
    if ((toNumber(w) ?? 0) > 1 || (typeof w === 'string' && w !== 'majority'))
      throw new CommandError(
        'CannotSatisfyWriteConcern',
        'Not enough data-bearing nodes: this is a replica set of one',
      );
  }
  if (isDocument(readConcern) && readConcern['atClusterTime'] !== undefined)
    throw new CommandError('NotImplemented', 'atClusterTime is not implemented');
}
