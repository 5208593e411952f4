import { AppError, isId, type CursorKey, type Page } from '@pcc/platform';

/**
 * Checks the cursor of a list that is sorted by a moment, in milliseconds, and an id.
 * @throws AppError BAD_USER_INPUT for one of another list
 */
export function timeCursor(page: Page<CursorKey>): Page<CursorKey> {
  if (page.after === null) return page;
  const [at, id] = page.after;
  const isTime = typeof at === 'number' && !Number.isNaN(new Date(at).getTime());
  if (isTime && typeof id === 'string' && isId(id)) return page;
  throw new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');
}
