import {
  AppError,
  connectionOf,
  isId,
  pageOf,
  type Connection,
  type CursorKey,
  type Page,
  type PageArguments,
} from '@pcc/platform';

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

/**
 * The page of a list that is sorted by when its rows were made.
 * @param rowsOf asks for the rows, one more than the page has
 * @throws AppError BAD_USER_INPUT for a cursor of another list
 */
export async function pageByCreation<Row extends { readonly createdAt: Date; readonly id: string }>(
  args: PageArguments,
  rowsOf: (page: Page<CursorKey>) => Promise<Row[]>,
  totalCount: () => Promise<number>,
): Promise<Connection<Row>> {
  const page = timeCursor(pageOf(args, 2));
  return connectionOf(
    await rowsOf(page),
    page,
    ({ createdAt, id }) => [createdAt.getTime(), id],
    totalCount,
  );
}
