import { createHash } from 'node:crypto';
import type { WatchedOperation } from './observation.js';

const known = new WeakMap<WatchedOperation, string>();

/** Names an operation's text without its client's layout: SHA-256 in hexadecimal. Computed once per operation. */
export function operationHash(prepared: WatchedOperation): string {
  const hash =
    known.get(prepared) ?? createHash('sha256').update(prepared.normalisedText).digest('hex');
  known.set(prepared, hash);
  return hash;
}

const longestName = 100;

/** As the client named it, cut where it is absurdly long; empty for none. */
export const operationName = ({ operation }: WatchedOperation): string =>
  operation.name?.value.slice(0, longestName) ?? '';
