import { commandNames, dispatch } from './commands/dispatch.js';
import { createCursors } from './cursors.js';
import { loadCatalog } from './engine/catalog.js';
import type { Engine } from './engine/engine.js';
import { sweep } from './engine/maintenance.js';
import { createTransactions } from './engine/transaction.js';
import type { Logger } from './logger.js';
import { silentLogger } from './logger.js';
import { createSessions } from './sessions.js';
import { lockDirectory } from './storage/directory-lock.js';
import { openStore } from './storage/store.js';
import { listen } from './wire/listener.js';

export interface MongoServerOptions {
  /** Where the data lives; made if it is missing, held exclusively while the server runs. */
  directory: string;
  host?: string;
  /** 0 (the default) takes a free port. */
  port?: number;
  replicaSet?: string;
  logger?: Logger;
  /** How often expired documents, cursors and sessions are swept away. */
  sweepIntervalMs?: number;
}

export interface MongoServer {
  /** A connection string for the official driver. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Starts the embedded MongoDB. Throws DirectoryInUseError if another server works there. */
export async function startMongoServer(options: MongoServerOptions): Promise<MongoServer> {
  const { directory, host = '127.0.0.1', replicaSet = 'rs0', logger = silentLogger } = options;
  const unlock = lockDirectory(directory);
  try {
    return await start({ ...options, host, replicaSet, logger }, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

type Resolved = MongoServerOptions & { host: string; replicaSet: string; logger: Logger };

async function start(options: Resolved, unlock: () => void): Promise<MongoServer> {
  const { directory, host, port: wantedPort = 0, replicaSet, logger } = options;
  const store = openStore(directory);
  const engine = createEngine(store, logger, replicaSet);
  const listener = await listen({
    host,
    port: wantedPort,
    replicaSet,
    logger,
    handle: (command) => dispatch(engine, command),
  }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const timer = setInterval(() => {
    sweep(engine).catch((error: unknown) => {
      logger.error({ err: error }, 'sweeping expired Mongo data failed');
    });
  }, options.sweepIntervalMs ?? 5_000);
  timer.unref();
  const { port } = listener;
  logger.info({ port, directory, commands: commandNames.length }, 'embedded MongoDB is listening');
  return {
    url: `mongodb://${host}:${port}/?replicaSet=${replicaSet}&directConnection=true`,
    port,
    async close() {
      clearInterval(timer);
      // Writers that wait for a transaction would hold the shutdown up.
      for (const transaction of engine.transactions.open) transaction.end('aborted');
      await listener.close();
      await store.close();
      unlock();
    },
  };
}

function createEngine(store: Engine['store'], logger: Logger, replicaSet: string): Engine {
  const sessions = createSessions();
  return {
    store,
    sessions,
    logger,
    replicaSet,
    catalog: loadCatalog(store, (id, stored) => sessions.restore(id, stored)),
    transactions: createTransactions(),
    cursors: createCursors(logger),
    failure: undefined,
  };
}
