import type { CursorKey, Page } from '@pcc/platform';
import { Prisma, type Database } from '../../database.js';
import type { Course, CourseFilter } from './model.js';
import { courseColumns } from './repository.js';

/** A course with its place in the list: the key that cursors are made of. */
export type ListedCourse = Course & { readonly rank: number };

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

function conditions({ text, level, language, access }: CourseFilter): Prisma.Sql {
  return Prisma.join(
    [
      Prisma.sql`c."status" = 'PUBLISHED'`,
      ...(text === null ? [] : [matches(text)]),
      ...(level === null ? [] : [Prisma.sql`c."level" = ${level}`]),
      ...(language === null ? [] : [Prisma.sql`c."language" = ${language}`]),
      ...(access === null ? [] : [Prisma.sql`c."access" = ${access}`]),
    ],
    ' AND ',
  );
}

/** Published courses only: the catalogue is the same for everybody. */
export const catalogueRepository = (database: Database) => ({
  /** Newest first. The rank is the moment of publication in milliseconds. */
  newest(filter: CourseFilter, { limit, after }: Page<CursorKey>): Promise<ListedCourse[]> {
    const behind =
      after === null
        ? Prisma.empty
        : Prisma.sql`AND (c."published_at", c."id") <
            (${new Date(Number(after[0]))}::timestamptz, ${String(after[1])}::uuid)`;
    return database.$queryRaw<ListedCourse[]>`
      SELECT ${courseColumns}, (extract(epoch FROM c."published_at") * 1000)::float8 AS "rank"
        FROM "learning"."courses" AS c
       WHERE ${conditions(filter)} ${behind}
       ORDER BY c."published_at" DESC, c."id" DESC LIMIT ${limit}::int`;
  },

  /** Best match first. */
  bestMatches(
    filter: CourseFilter & { readonly text: string },
    { limit, after }: Page<CursorKey>,
  ): Promise<ListedCourse[]> {
    const behind =
      after === null
        ? Prisma.empty
        : Prisma.sql`WHERE (m."rank", m."id") < (${Number(after[0])}::float8, ${String(after[1])}::uuid)`;
    return database.$queryRaw<ListedCourse[]>`
      SELECT m.* FROM (
        SELECT ${courseColumns}, ${rankOf(filter.text)} AS "rank" FROM "learning"."courses" AS c
         WHERE ${conditions(filter)}) AS m
      ${behind} ORDER BY m."rank" DESC, m."id" DESC LIMIT ${limit}::int`;
  },

  async count(filter: CourseFilter): Promise<number> {
    const rows = await database.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS "count" FROM "learning"."courses" AS c WHERE ${conditions(filter)}`;
    return rows[0]?.count ?? 0;
  },
});
