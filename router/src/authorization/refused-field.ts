import type { Writing } from '../execution/answer-writer.js';

/** A list of 1,000 users tells no more with 1,000 errors of one field than with these. */
const maximumShownPerField = 50;

/**
 * What is written in place of a field that the viewer may not see, whatever the fetches brought: a key may have been
 * needed on the way.
 * @param name for counting: `User.email`
 */
export const refusedField =
  (name: string) =>
  (writing: Writing, depth: number): null => {
    writing.refusals ??= new Map();
    const shown = writing.refusals.get(name) ?? 0;
    writing.refusals.set(name, shown + 1);
    if (shown >= maximumShownPerField) return null;
    writing.errors.push({ ...unauthorized, path: writing.path.slice(0, depth) });
    return null;
  };

/** Message and code as Apollo's router has them, for clients that know it. */
export const unauthorized = {
  message: 'Unauthorized field or type',
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
};
