import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Collection, Document, ObjectId } from 'mongodb';
import { MongoClient, MongoServerError } from 'mongodb';
import type { MongoServerOptions } from '../server.js';
import { startMongoServer } from '../server.js';

/** Documents in tests choose their ids. */
export interface Doc extends Document {
  _id?: string | number | ObjectId;
}

export interface Harness {
  client: MongoClient;
  url: string;
  directory: string;
  /** A new collection with these documents. */
  collection(documents?: Doc[]): Promise<Collection<Doc>>;
  /** Stops the server and leaves its directory. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** A server on a directory of its own, and the official driver connected to it. */
export async function startHarness(options: Partial<MongoServerOptions> = {}): Promise<Harness> {
  const directory = await mkdtemp(join(tmpdir(), 'pcc-mongo-'));
  const server = await startMongoServer({ directory, ...options });
  const client = await connect(server.url);
  let collections = 0;
  return {
    client,
    url: server.url,
    directory,
    async collection(documents = []) {
      const collection = client.db('test').collection<Doc>(`c${collections++}`);
      if (documents.length > 0) await collection.insertMany(documents);
      return collection;
    },
    stop: () => server.close(),
    async close() {
      await client.close();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export const connect = (url: string, serverSelectionTimeoutMS = 5_000): Promise<MongoClient> =>
  new MongoClient(url, { serverSelectionTimeoutMS }).connect();

/** The server error a call ends with; fails the test when it succeeds. */
export async function serverError(call: Promise<unknown>): Promise<MongoServerError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof MongoServerError) return error;
    throw error;
  }
  throw new Error('expected a server error, but the call succeeded');
}

export const errorCode = async (call: Promise<unknown>): Promise<unknown> =>
  (await serverError(call)).code;

/** The ids of the matching documents, sorted. */
export async function idsOf(collection: Collection<Doc>, filter: object): Promise<unknown[]> {
  const found = await collection.find(filter).sort({ _id: 1 }).toArray();
  return found.map(({ _id }) => _id);
}
