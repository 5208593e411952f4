import type { Collection, Document } from 'mongodb';
import { MongoServerError } from 'mongodb';
import type { Mongo } from '../connect.js';

/** A document of a test, which chooses its id. */
export interface TestDocument extends Document {
  _id: string | number;
}

/** The server that a contract is held against. */
export interface Opened {
  readonly mongo: () => Mongo;
  readonly url: () => string;
  /** A new collection with these documents. */
  readonly collection: (documents?: readonly TestDocument[]) => Promise<Collection<TestDocument>>;
}

/** The server's refusal. @throws when there is none */
export async function refusal(call: Promise<unknown>): Promise<MongoServerError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof MongoServerError) return error;
    throw error;
  }
  throw new Error('expected a refusal, but the call succeeded');
}

export const codeOf = async (call: Promise<unknown>): Promise<unknown> =>
  (await refusal(call)).code;

export const ids = (documents: readonly TestDocument[]): unknown[] =>
  documents.map(({ _id }) => _id);
