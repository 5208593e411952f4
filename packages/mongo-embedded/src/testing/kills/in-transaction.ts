import type { ClientSession, MongoClient } from 'mongodb';
import { MongoServerError } from 'mongodb';

/** Retries conflicts and nothing else: the driver's `withTransaction` would go on asking a killed server. */
export async function inTransaction(
  client: MongoClient,
  run: (session: ClientSession) => Promise<void>,
): Promise<void> {
  const session = client.startSession();
  try {
    for (;;) {
      session.startTransaction();
      try {
        await run(session);
        await session.commitTransaction();
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
        await session.abortTransaction();
      }
    }
  } finally {
    await session.endSession();
  }
}

const isConflict = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === 112;
