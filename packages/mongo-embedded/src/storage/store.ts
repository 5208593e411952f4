import { open } from 'lmdb';
import { decode } from '../bson/codec.js';
import type { Document } from '../bson/types.js';

/** One change to what is on disk. `value` undefined removes the key. */
export interface WriteOperation {
  key: StoreKey;
  value: Uint8Array | undefined;
}

/** collection metadata / a document of a collection / the retry record of a session */
export type StoreKey = ['collection', number] | ['document', number, number] | ['session', string];

export interface StoredEntry {
  key: StoreKey;
  document: Document;
}

export interface Store {
  /** Everything on disk: collections, then their documents, then sessions. */
  load(): Generator<StoredEntry>;
  /** Writes all operations or none; resolves when they are flushed to disk. */
  write(operations: readonly WriteOperation[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * The durable side of the server: an LMDB file that holds BSON. Indexes are not stored, they are
 * rebuilt from the documents at start, so a crash cannot leave them different from the data.
 */
export function openStore(directory: string): Store {
  const database = open<Uint8Array, StoreKey>({
    path: directory,
    encoding: 'binary',
    compression: false,
    // One flush per commit, of the data and not of the page that points to it: that halves a write's time on
    // a busy disk. A killed process loses nothing; a power failure may take back the last commit, never half.
    overlappingSync: false,
    noMetaSync: true,
  });

  const apply = ({ key, value }: WriteOperation): void => {
    if (value) void database.put(key, Buffer.from(value.buffer, value.byteOffset, value.length));
    else void database.remove(key);
  };

  return {
    *load() {
      // The kinds sort alphabetically, which is the order the reader needs.
      for (const { key, value } of database.getRange({})) yield { key, document: decode(value) };
    },
    async write(operations) {
      if (operations.length === 0) return;
      // The whole batch becomes one LMDB transaction; the promise waits for the flush.
      const written = await database.batch(() => operations.forEach(apply));
      if (!written) throw new Error('the storage refused a write');
      await database.flushed;
    },
    async close() {
      await database.flushed;
      await database.close();
    },
  };
}
