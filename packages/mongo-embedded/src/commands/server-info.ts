import type { Document } from '../bson/types.js';
import type { Command } from './context.js';

/** The release whose behaviour is imitated; drivers and tools branch on it. */
const version = '7.0.0';
const versionArray = [7, 0, 0, 0];

const info = (fields: readonly string[], run: Command['run']): Command => ({ fields, run });

export const ping = info([], () => ({}));

export const buildInfo = info([], () => ({
  version,
  versionArray,
  gitVersion: 'pcc-mongo-embedded',
  modules: ['pcc-mongo-embedded'],
  bits: 64,
  debug: false,
  maxBsonObjectSize: 16 * 1024 * 1024,
  storageEngines: ['lmdb'],
}));

export const serverStatus = info([], (_command, { engine }): Document => {
  const collections = engine.catalog.list();
  return {
    host: 'embedded',
    version,
    process: 'pcc-mongo-embedded',
    pid: BigInt(process.pid),
    uptime: process.uptime(),
    localTime: new Date(),
    collections: collections.length,
    documents: collections.reduce((sum, { records }) => sum + records.size, 0),
    openCursors: engine.cursors.size,
    openTransactions: engine.transactions.open.size,
  };
});

export const connectionStatus = info(['showPrivileges'], () => ({
  authInfo: { authenticatedUsers: [], authenticatedUserRoles: [], authenticatedUserPrivileges: [] },
}));

export const replSetGetStatus = info([], (_command, { engine }) => ({
  set: engine.replicaSet,
  myState: 1,
  members: [{ _id: 0, name: 'embedded', health: 1, state: 1, stateStr: 'PRIMARY', self: true }],
}));
