import { AppError, pageOf, type CursorKey, type Page, type PageArguments } from '@pcc/platform';

interface KeyedPage<Key> {
  readonly page: Page<CursorKey>;
  readonly after: Key | null;
}

const foreignCursor = () =>
  new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');

/** A page of a list whose one sort key is an id. */
export function pageByString(args: PageArguments): KeyedPage<string> {
  const page = pageOf(args, 1);
  const after = page.after?.[0] ?? null;
  if (after !== null && typeof after !== 'string') throw foreignCursor();
  return { page, after };
}

/** A page of a list whose one sort key is a number. */
export function pageByNumber(args: PageArguments): KeyedPage<number> {
  const page = pageOf(args, 1);
  const after = page.after?.[0] ?? null;
  if (after !== null && typeof after !== 'number') throw foreignCursor();
  return { page, after };
}
