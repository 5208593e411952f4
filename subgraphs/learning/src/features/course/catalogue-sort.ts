import { AppError, isId, type CursorKey } from '@pcc/platform';
import { Prisma } from '../../database.js';
import type { CourseSort, CourseSortKey } from './model.js';

/** What a list is sorted by, as SQL over `courses AS c` and, where needed, `course_listings AS s`. */
export interface SortValue {
  readonly sql: Prisma.Sql;
  /** Makes the value unique. Of the same table: no index is entered by a value here and an id there. */
  readonly id: Prisma.Sql;
  readonly inListing: boolean;
  /** The SQL type of the value in a cursor. */
  readonly type: 'float8' | 'int' | 'text' | 'timestamptz';
}

/** The way that people expect when they name none: the best, newest or cheapest first. */
const ascendingByNature: Record<CourseSortKey, boolean> = {
  RELEVANCE: false,
  NEWEST: false,
  PRICE: true,
  RATING: false,
  DURATION: true,
  TITLE: true,
  POPULARITY: false,
};

/** Relevance needs words to be relevant to; without them the newest come first. */
export function sortOf(
  given: { by: CourseSortKey; direction?: 'ASC' | 'DESC' | null | undefined } | null | undefined,
  text: string | null,
): CourseSort {
  const asked = given?.by ?? 'RELEVANCE';
  const by = asked === 'RELEVANCE' && text === null ? 'NEWEST' : asked;
  const natural = ascendingByNature[by];
  const named = by === asked ? given?.direction : null;
  return { by, ascending: named == null ? natural : named === 'ASC' };
}

/**
 * Amounts of two currencies are not compared: what costs nothing comes first, then one currency after the other, each by
 * its amount. As one text, which an index holds and a cursor carries; the zeros in front make it sort as the numbers do.
 */
const price = (missing: '~' | '') => Prisma.sql`(CASE
  WHEN s."price_minor" IS NULL THEN ${Prisma.raw(`'${missing}'`)}
  WHEN s."price_minor" = 0 THEN '0'
  ELSE s."price_currency" || lpad(s."price_minor"::text, 19, '0') END COLLATE "C")`;

/**
 * A value that is missing comes last whichever the way: the stand-in lies beyond all others. The expressions are
 * those of the indexes in migrations 0003_catalogue and 0005_catalogue_price_*, or these would not serve.
 */
export function sortValue({ by, ascending }: CourseSort, rank: () => Prisma.Sql): SortValue {
  const listed = (sql: Prisma.Sql, type: SortValue['type']): SortValue => ({
    ...{ sql, type, id: Prisma.sql`s."course_id"`, inListing: true },
  });
  const own = (sql: Prisma.Sql, type: SortValue['type']): SortValue => ({
    ...{ sql, type, id: Prisma.sql`c."id"`, inListing: false },
  });
  switch (by) {
    case 'RELEVANCE':
      return own(rank(), 'float8');
    case 'NEWEST':
      return own(Prisma.sql`c."published_at"`, 'timestamptz');
    case 'PRICE':
      return listed(price(ascending ? '~' : ''), 'text');
    case 'RATING':
      return ascending
        ? listed(Prisma.sql`coalesce(s."rating", 6)`, 'float8')
        : listed(Prisma.sql`coalesce(s."rating", -1)`, 'float8');
    case 'DURATION':
      return listed(Prisma.sql`s."duration_minutes"`, 'int');
    case 'TITLE':
      return listed(Prisma.sql`s."title_key"`, 'text');
    case 'POPULARITY':
      return listed(Prisma.sql`s."enrolled_count"`, 'int');
  }
}

/** Names the sort, so that a cursor of another one is refused. */
const nameOf = ({ by, ascending }: CourseSort) => `${by} ${ascending ? 'ASC' : 'DESC'}`;

/** As the database gives it. */
export type RawSortValue = number | string | Date;

/** The cursor of a row: the sort's name, the value, and the id, which makes it unique. */
export const cursorKey = (sort: CourseSort, value: RawSortValue, id: string): CursorKey => [
  nameOf(sort),
  value instanceof Date ? value.toISOString() : String(value),
  id,
];
export const cursorLength = 3;

const forms: Record<SortValue['type'], (value: string) => boolean> = {
  float8: (value) => value.trim() !== '' && Number.isFinite(Number(value)),
  int: (value) => /^-?\d{1,9}$/.test(value),
  text: (value) => value.length <= 1_000 && !value.includes('\0'),
  timestamptz: (value) =>
    /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value)),
};

/**
 * What lies behind a cursor.
 * @throws AppError BAD_USER_INPUT for a cursor of another list or sort
 */
export function behind(sort: CourseSort, value: SortValue, after: CursorKey | null): Prisma.Sql {
  if (after === null) return Prisma.sql`true`;
  const [name, last, id] = after;
  const fits =
    name === nameOf(sort) &&
    typeof last === 'string' &&
    forms[value.type](last) &&
    typeof id === 'string' &&
    isId(id);
  if (!fits) {
    throw new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');
  }
  const cast = Prisma.raw(`::${value.type}`);
  const compare = Prisma.raw(sort.ascending ? '>' : '<');
  return Prisma.sql`(${value.sql}, ${value.id}) ${compare} (${last}${cast}, ${id}::uuid)`;
}

export const orderBy = ({ ascending }: CourseSort, { id }: SortValue): Prisma.Sql => {
  const way = Prisma.raw(ascending ? 'ASC' : 'DESC');
  return Prisma.sql`ORDER BY "sortValue" ${way}, ${id} ${way}`;
};
