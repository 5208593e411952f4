import type { Db, MongoClient } from 'mongodb';
import type { Random } from '../random.js';

/** Where all of them write. */
export const killDatabase = 'kills';

export interface RunningServer {
  readonly url: string;
  readonly client: MongoClient;
  readonly db: Db;
}

/** One of several clients that write at once. */
export interface Writer extends RunningServer {
  /** Ids start with it; the first writer's is the same in every round. */
  readonly name: string;
  readonly random: Random;
  /** An id never given before. */
  readonly nextId: () => string;
}

/** One kind of writes, and what a client may rely on after the server was killed among them. */
export interface Part {
  /** Settles once acknowledged; throws when the connection breaks, and then the write is in doubt. */
  write(writer: Writer): Promise<void>;
  /** What does not hold, one line each. Called while nobody writes, after each restart. */
  check(server: RunningServer): Promise<string[]>;
}
