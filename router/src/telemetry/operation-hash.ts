import { createHash } from 'node:crypto';
import type { PreparedOperation } from '../execution/operation.js';

const known = new WeakMap<PreparedOperation, string>();

/** Names an operation's text without its client's layout: SHA-256 in hexadecimal. Computed once per operation. */
export function operationHash(prepared: PreparedOperation): string {
  const hash =
    known.get(prepared) ?? createHash('sha256').update(prepared.normalisedText).digest('hex');
  known.set(prepared, hash);
  return hash;
}

const longestName = 100;

/** As the client named it, cut where it is absurdly long; empty for none. */
export const operationName = ({ operation }: PreparedOperation): string =>
  operation.name?.value.slice(0, longestName) ?? '';
