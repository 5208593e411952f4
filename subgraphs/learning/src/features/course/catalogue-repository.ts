import type { CursorKey, Page } from '@pcc/platform';
import { isOpen } from '../../course-access.js';
import { Prisma, type Database } from '../../database.js';
import { behind, orderBy, sortValue, type RawSortValue } from './catalogue-sort.js';
import type { Course, CourseFilter, CourseSort } from './model.js';
import { courseColumns } from './repository.js';

/** A course with its place in the list. */
export type ListedCourse = Course & { readonly sortValue: RawSortValue };

/**
 * The words may be of any of the three languages: a row matches if its own language's stems do. Asking all
 * three keeps the query independent of the row, so that the index serves it.
 */
const query = (text: string) => Prisma.sql`(
  websearch_to_tsquery('pg_catalog.english', ${text}) ||
  websearch_to_tsquery('pg_catalog.spanish', ${text}) ||
  websearch_to_tsquery('pg_catalog.portuguese', ${text}))`;

/** A whole match outweighs any likeness of the title. Both indexes serve it. */
const matches = (text: string) => Prisma.sql`(
  c."search" @@ ${query(text)} OR ${text} OPERATOR(public.<%) c."title")`;

const rankOf = (text: string) => Prisma.sql`(
  ts_rank(c."search", ${query(text)})::float8 +
  public.word_similarity(${text}, c."title")::float8 / 2)`;

/** The course is in a category or one below it. */
const inCategory = (category: Prisma.Sql) => Prisma.sql`c."id" IN (
  SELECT m."course_id" FROM "learning"."course_category_members" AS m WHERE m."category_id" IN (
    WITH RECURSIVE branch AS (
      SELECT ${category} AS "id"
      UNION SELECT k."id" FROM "learning"."course_categories" AS k JOIN branch ON k."parent_id" = branch."id")
    SELECT branch."id" FROM branch))`;

const teaches = (userId: string) => Prisma.sql`EXISTS (
  SELECT 1 FROM "learning"."course_instructors" AS ci
   WHERE ci."course_id" = c."id" AND ci."user_id" = ${userId}::uuid)`;

/** Free courses cost nothing in any currency. */
const costs = ({ currency, from, to }: NonNullable<CourseFilter['price']>) => Prisma.sql`(
  (c."access" = 'FREE' OR s."price_currency" = ${currency})
  AND s."price_minor" BETWEEN ${from ?? 0n}::bigint AND ${to ?? 9_223_372_036_854_775_807n}::bigint)`;

function conditions(filter: CourseFilter, at: Date): Prisma.Sql {
  const { text, categoryId, level, language, access, price, minimumRating } = filter;
  const { durationMinutes: minutes, instructorId } = filter;
  const given = [
    text !== null && matches(text),
    categoryId !== null && inCategory(Prisma.sql`${categoryId}::uuid`),
    level !== null && Prisma.sql`c."level" = ${level}`,
    language !== null &&
      Prisma.sql`(c."language" = ${language} OR ${language} = ANY(c."additional_languages"))`,
    access !== null && Prisma.sql`c."access" = ${access}`,
    price !== null && costs(price),
    minimumRating !== null && Prisma.sql`s."rating" >= ${minimumRating}::float8`,
    minutes?.from != null && Prisma.sql`s."duration_minutes" >= ${minutes.from}::int`,
    minutes?.to != null && Prisma.sql`s."duration_minutes" <= ${minutes.to}::int`,
    instructorId !== null && teaches(instructorId),
  ];
  return Prisma.join([isOpen(at), ...given.filter((part) => part !== false)], ' AND ');
}

const needsListing = ({ price, minimumRating, durationMinutes }: CourseFilter) =>
  price !== null || minimumRating !== null || durationMinutes !== null;

const tables = (withListing: boolean) =>
  withListing
    ? Prisma.sql`"learning"."courses" AS c JOIN "learning"."course_listings" AS s ON s."course_id" = c."id"`
    : Prisma.sql`"learning"."courses" AS c`;

/**
 * A page of the catalogue. A function of its own, so that tests can read its plan.
 * @throws AppError BAD_USER_INPUT for a cursor of another list or sort
 */
export function catalogueQuery(
  filter: CourseFilter,
  sort: CourseSort,
  { limit, after }: Page<CursorKey>,
  at: Date,
): Prisma.Sql {
  const value = sortValue(sort, () => rankOf(filter.text ?? ''));
  return Prisma.sql`
    SELECT ${courseColumns}, ${value.sql} AS "sortValue"
      FROM ${tables(value.inListing || needsListing(filter))}
     WHERE ${conditions(filter, at)} AND ${behind(sort, value, after)}
     ${orderBy(sort, value)} LIMIT ${limit}::int`;
}

/** How many courses a filter leaves. */
export const catalogueCountQuery = (filter: CourseFilter, at: Date): Prisma.Sql => Prisma.sql`
  SELECT count(*)::int AS "count" FROM ${tables(needsListing(filter))} WHERE ${conditions(filter, at)}`;

/** A page of the courses of each of these categories and what is below them, newest first. */
export const categoryCoursesQuery = (
  categoryIds: readonly string[],
  after: CursorKey | null,
  limit: number,
  at: Date,
): Prisma.Sql => {
  const newest: CourseSort = { by: 'NEWEST', ascending: false };
  const value = sortValue(newest, () => Prisma.empty);
  return Prisma.sql`
    SELECT parent."id" AS "categoryId", page.* FROM unnest(${categoryIds}::uuid[]) AS parent("id")
     CROSS JOIN LATERAL (
       SELECT ${courseColumns}, ${value.sql} AS "sortValue" FROM "learning"."courses" AS c
        WHERE ${isOpen(at)} AND ${inCategory(Prisma.sql`parent."id"`)} AND ${behind(newest, value, after)}
        ${orderBy(newest, value)} LIMIT ${limit}::int) AS page
     ORDER BY page."sortValue" DESC, page."id" DESC`;
};

/** Where the words stand in courses. Only ever asked for the rows of a page: it parses their texts anew. */
const highlightQuery = (ids: readonly string[], text: string, marks: readonly [string, string]) => {
  const [start, stop] = marks;
  // Marks that the text itself has would be taken for ours.
  const plain = (column: Prisma.Sql) => Prisma.sql`translate(${column}, ${start + stop}, '')`;
  const config = Prisma.sql`"learning"."text_search_config"(c."language")`;
  const shared = `StartSel=${start}, StopSel=${stop}`;
  return Prisma.sql`
    SELECT c."id",
           ts_headline(${config}, ${plain(Prisma.sql`c."title"`)}, q."words", ${`${shared}, HighlightAll=true`}) AS "title",
           ts_headline(${config}, ${plain(Prisma.sql`c."summary" || ' ' || c."description"`)}, q."words",
             ${`${shared}, MaxFragments=2, MinWords=8, MaxWords=24, FragmentDelimiter=" … "`}) AS "text"
      FROM "learning"."courses" AS c, (SELECT ${query(text)} AS "words") AS q
     WHERE c."id" = ANY(${ids}::uuid[])`;
};

/** Open courses only: the catalogue is the same for everybody. */
export const catalogueRepository = (database: Database) => ({
  page: (filter: CourseFilter, sort: CourseSort, page: Page<CursorKey>, at: Date) =>
    database.$queryRaw<ListedCourse[]>(catalogueQuery(filter, sort, page, at)),

  async count(filter: CourseFilter, at: Date): Promise<number> {
    const rows = await database.$queryRaw<{ count: number }[]>(catalogueCountQuery(filter, at));
    return rows[0]?.count ?? 0;
  },

  ofCategories: (ids: readonly string[], after: CursorKey | null, limit: number, at: Date) =>
    database.$queryRaw<(ListedCourse & { categoryId: string })[]>(
      categoryCoursesQuery(ids, after, limit, at),
    ),

  countsOfCategories: (ids: readonly string[], at: Date) => database.$queryRaw<
    { categoryId: string; count: number }[]
  >`
    SELECT parent."id" AS "categoryId", (
      SELECT count(*)::int FROM "learning"."courses" AS c
       WHERE ${isOpen(at)} AND ${inCategory(Prisma.sql`parent."id"`)}) AS "count"
      FROM unnest(${ids}::uuid[]) AS parent("id")`,

  highlights: (ids: readonly string[], text: string, marks: readonly [string, string]) =>
    database.$queryRaw<{ id: string; title: string; text: string }[]>(
      highlightQuery(ids, text, marks),
    ),
});
