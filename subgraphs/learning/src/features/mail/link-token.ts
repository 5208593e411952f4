import { createHmac, timingSafeEqual } from 'node:crypto';
import { isId } from '@pcc/platform';
import type { LinkPurpose } from './model.js';

/**
 * The tokens of links in mails. A token is the id of a row and a code that only a holder of the key can make, so that
 * the database alone, or a backup of it, opens no account.
 */
export interface LinkTokens {
  sign(purpose: LinkPurpose, id: string): string;
  /** @returns the id, or `null` for a token that is not ours or was made for something else */
  read(purpose: LinkPurpose, token: string): string | null;
}

/** @param keys newest first: the first one signs, all of them verify, so that a key rotates without spoiling mails */
export function linkTokens(keys: readonly Buffer[]): LinkTokens {
  const [newest] = keys;
  if (newest === undefined) throw new TypeError('linkTokens needs a key');
  const code = (key: Buffer, purpose: LinkPurpose, id: string) =>
    createHmac('sha256', key).update(`${purpose} ${id}`).digest();
  return {
    sign: (purpose, id) => `${id}.${code(newest, purpose, id).toString('base64url')}`,
    read(purpose, token) {
      const [id = '', given = '', ...rest] = token.trim().split('.');
      if (!isId(id) || rest.length > 0) return null;
      const bytes = Buffer.from(given, 'base64url');
      const isOurs = keys.some((key) => {
        const expected = code(key, purpose, id);
        return expected.length === bytes.length && timingSafeEqual(expected, bytes);
      });
      return isOurs ? id : null;
    },
  };
}
