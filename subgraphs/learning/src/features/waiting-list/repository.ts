import { Prisma, type Database } from '../../database.js';
import type { Line, WaitingListEntry } from './model.js';

const columns = Prisma.sql`
  w."id", w."course_id" AS "courseId", w."user_id" AS "userId", w."status", w."joined_at" AS "joinedAt",
  w."offer_expires_at" AS "offerExpiresAt"`;

/** Everyone before her, and herself: those in line have an index of their own. */
const position = Prisma.sql`CASE WHEN w."closed_at" IS NULL THEN (
  SELECT count(*)::int FROM "learning"."waiting_list" AS b
   WHERE b."course_id" = w."course_id" AND b."closed_at" IS NULL AND b."ticket" <= w."ticket") END AS "position"`;

type Taken = Pick<WaitingListEntry, 'id' | 'courseId' | 'userId'>;
const taken = Prisma.sql`w."id", w."course_id" AS "courseId", w."user_id" AS "userId"`;

/** What is written is written under the course's lock. */
export const waitingListRepository = (database: Database) => ({
  async lineOf(courseId: string, now: Date): Promise<Line> {
    const rows = await database.$queryRaw<Line[]>`
      SELECT count(*) FILTER (WHERE "status" = 'OFFERED' AND "offer_expires_at" > ${now}::timestamptz)::int AS "held",
             count(*) FILTER (WHERE "status" = 'OFFERED' AND "offer_expires_at" <= ${now}::timestamptz)::int AS "overdueOffers",
             count(*) FILTER (WHERE "status" = 'WAITING')::int AS "waiting"
        FROM "learning"."waiting_list" WHERE "course_id" = ${courseId}::uuid AND "closed_at" IS NULL`;
    return rows[0] ?? { held: 0, overdueOffers: 0, waiting: 0 };
  },

  async join(entry: { id: string; courseId: string; userId: string }, joinedAt: Date) {
    await database.waitingListEntry.create({ data: { ...entry, joinedAt } });
  },

  /** Her entry in this line, if she is in it. */
  async find(courseId: string, userId: string): Promise<WaitingListEntry | null> {
    const rows = await database.$queryRaw<WaitingListEntry[]>`
      SELECT ${columns}, ${position} FROM "learning"."waiting_list" AS w
       WHERE w."course_id" = ${courseId}::uuid AND w."user_id" = ${userId}::uuid AND w."closed_at" IS NULL`;
    return rows[0] ?? null;
  },

  /** A person's places in the lines of these courses. */
  ofUser: (userId: string, courseIds: readonly string[]) => database.$queryRaw<WaitingListEntry[]>`
    SELECT ${columns}, ${position} FROM "learning"."waiting_list" AS w
     WHERE w."user_id" = ${userId}::uuid AND w."course_id" = ANY(${courseIds}::uuid[]) AND w."closed_at" IS NULL`,

  waitingCounts: (courseIds: readonly string[]) => database.$queryRaw<
    { courseId: string; count: number }[]
  >`
    SELECT "course_id" AS "courseId", count(*)::int AS "count" FROM "learning"."waiting_list"
     WHERE "course_id" = ANY(${courseIds}::uuid[]) AND "closed_at" IS NULL GROUP BY "course_id"`,

  async close(id: string, status: 'ENROLLED' | 'LEFT', closedAt: Date) {
    await database.waitingListEntry.updateMany({
      where: { id, closedAt: null },
      data: { status, closedAt },
    });
  },

  /** Takes back what nobody has made use of in time. */
  expireOffers: (courseId: string, now: Date) => database.$queryRaw<Taken[]>`
    UPDATE "learning"."waiting_list" AS w SET "status" = 'EXPIRED', "closed_at" = ${now}::timestamptz
     WHERE w."course_id" = ${courseId}::uuid AND w."status" = 'OFFERED'
       AND w."offer_expires_at" <= ${now}::timestamptz
    RETURNING ${taken}`,

  /** The first in line, in its order, out of it: they are enrolled. */
  admit: (courseId: string, count: number, now: Date) =>
    inOrder(
      database,
      courseId,
      count,
      Prisma.sql`"status" = 'ENROLLED', "closed_at" = ${now}::timestamptz`,
    ),

  /** The first in line, in its order, with a seat kept for each. */
  offer: (courseId: string, count: number, expiresAt: Date) =>
    inOrder(
      database,
      courseId,
      count,
      Prisma.sql`"status" = 'OFFERED', "offer_expires_at" = ${expiresAt}::timestamptz`,
    ),
});

const inOrder = (database: Database, courseId: string, count: number, change: Prisma.Sql) =>
  database.$queryRaw<Taken[]>`
    WITH first AS (
      SELECT "id", "ticket" FROM "learning"."waiting_list"
       WHERE "course_id" = ${courseId}::uuid AND "closed_at" IS NULL AND "status" = 'WAITING'
       ORDER BY "ticket" LIMIT ${count}::int),
    changed AS (
      UPDATE "learning"."waiting_list" AS w SET ${change} FROM first WHERE w."id" = first."id"
      RETURNING ${taken}, w."ticket")
    SELECT "id", "courseId", "userId" FROM changed ORDER BY "ticket"`;
