import type { Closable } from '@pcc/platform';
import { type Db, MongoClient } from 'mongodb';
import { asUnavailable, errorMessage, StoreError, withinMs } from '../errors.js';

export interface Mongo extends Closable {
  readonly client: MongoClient;
  readonly db: Db;
  /** @throws AppError STORE_UNAVAILABLE within 2 s when MongoDB does not answer */
  ping(): Promise<void>;
}

const pingTimeoutMs = 2_000;

/**
 * Connects to MongoDB, the embedded one or a replica set: the same driver, the same options.
 * @throws StoreError when no server can be reached at the start; later it may come and go
 */
export async function connectMongo(options: {
  readonly url: string;
  readonly database: string;
}): Promise<Mongo> {
  const client = new MongoClient(options.url, {
    appName: 'pcc-lms',
    maxPoolSize: 20,
    // How long an operation looks for a server that can take it, and waits for a silent one.
    serverSelectionTimeoutMS: 2_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 30_000,
    writeConcern: { w: 'majority' },
    ignoreUndefined: true, // an absent field, rather than a null that validators refuse
  });
  try {
    await client.connect();
    await client.db(options.database).command({ ping: 1 });
  } catch (error) {
    await client.close();
    throw new StoreError(`Cannot connect to MongoDB: ${errorMessage(error)}`, { cause: error });
  }
  const db = client.db(options.database);
  return {
    client,
    db,
    ping: () =>
      asUnavailable('mongodb', async () => {
        await withinMs(pingTimeoutMs, db.command({ ping: 1 }));
      }),
    close: () => client.close(),
  };
}
