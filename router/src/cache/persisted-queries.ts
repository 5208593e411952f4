import type { KeyValueCache } from '@pcc/stores';
import { operationError, OperationError } from '../execution/errors.js';
import { hashOf, type TrustedDocuments } from './trusted-documents.js';

/** A hash of an operation's text, as clients send it in `extensions.persistedQuery`. */
export interface PersistedQuery {
  readonly version: unknown;
  readonly sha256Hash: unknown;
}

export interface PersistedQueries {
  /**
   * The operation's text for a request. With a hash it is a trusted document, or one that was registered by
   * Apollo's protocol: a client sends the hash alone, and the text with it only after
   * PERSISTED_QUERY_NOT_FOUND.
   * @throws OperationError
   */
  resolve(persisted: PersistedQuery | undefined, query: string | undefined): Promise<string>;
  /** Remembers a text that turned out to be a valid operation; nonsense must not fill the store. */
  remember(persisted: PersistedQuery, query: string): Promise<void>;
}

const ttlSeconds = 24 * 60 * 60;
const hashForm = /^[0-9a-f]{64}$/;
const keyOf = (hash: string) => `persisted-query:${hash}`;

export function persistedQueries(
  store: KeyValueCache,
  trusted: TrustedDocuments,
): PersistedQueries {
  const given = (query: string | undefined): string => {
    if (query === undefined || query.trim() === '') {
      throw operationError('BAD_USER_INPUT', '"query" is missing: it must be a string.');
    }
    if (trusted.only && !trusted.texts.has(hashOf(query))) throw notTrusted();
    return query;
  };
  return {
    async resolve(persisted, query) {
      if (persisted === undefined) return given(query);
      const hash = checkedHash(persisted);
      const known = trusted.texts.get(hash);
      if (known !== undefined) return known;
      if (trusted.only) throw notTrusted();
      if (query === undefined) {
        const registered = await store.get(keyOf(hash));
        if (registered === null) throw notFound();
        return registered;
      }
      if (hashOf(query) !== hash) {
        throw operationError('BAD_USER_INPUT', 'provided sha does not match query');
      }
      return given(query);
    },
    async remember(persisted, query) {
      const hash = checkedHash(persisted);
      if (trusted.texts.has(hash)) return;
      await store.set(keyOf(hash), query, { ttlSeconds });
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

const notTrusted = (): OperationError =>
  operationError(
    'OPERATION_NOT_TRUSTED',
    'Only operations that were registered with this service may run.',
    403,
  );
