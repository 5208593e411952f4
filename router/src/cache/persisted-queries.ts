import { createHash } from 'node:crypto';
import type { KeyValueCache } from '@pcc/stores';
import { operationError, OperationError } from '../execution/errors.js';

/** A hash of an operation's text, as clients send it in `extensions.persistedQuery`. */
export interface PersistedQuery {
  readonly version: unknown;
  readonly sha256Hash: unknown;
}

export interface PersistedQueries {
  /**
   * The operation's text for a request with a hash, in Apollo's protocol: a client sends the hash alone,
   * and the text with it only after PERSISTED_QUERY_NOT_FOUND.
   * @throws OperationError
   */
  resolve(persisted: PersistedQuery, query: string | undefined): Promise<string>;
  /** Remembers a text that turned out to be a valid operation; nonsense must not fill the store. */
  remember(persisted: PersistedQuery, query: string): Promise<void>;
}

const ttlSeconds = 24 * 60 * 60;
const hashForm = /^[0-9a-f]{64}$/;
const keyOf = (hash: string) => `persisted-query:${hash}`;

export function persistedQueries(store: KeyValueCache): PersistedQueries {
  return {
    async resolve(persisted, query) {
      const hash = checkedHash(persisted);
      if (query === undefined) {
        const known = await store.get(keyOf(hash));
        if (known === null) throw notFound();
        return known;
      }
      if (createHash('sha256').update(query).digest('hex') !== hash) {
        throw operationError('BAD_USER_INPUT', 'provided sha does not match query');
      }
      return query;
    },
    async remember(persisted, query) {
      await store.set(keyOf(checkedHash(persisted)), query, { ttlSeconds });
    },
  };
}

function checkedHash({ version, sha256Hash }: PersistedQuery): string {
  if (version !== 1) {
    throw operationError('BAD_USER_INPUT', 'Only version 1 of persisted queries is known.');
  }
  if (typeof sha256Hash !== 'string' || !hashForm.test(sha256Hash)) {
    throw operationError('BAD_USER_INPUT', '"sha256Hash" must be 64 hexadecimal digits.');
  }
  return sha256Hash;
}

/** Apollo Client looks for exactly this message and code, and for a status that is no failure of the network. */
const notFound = (): OperationError =>
  new OperationError(
    [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    200,
  );
