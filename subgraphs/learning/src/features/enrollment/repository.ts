import type { CursorKey, Page, Viewer } from '@pcc/platform';
import { writesCourse } from '../../course-access.js';
import { Prisma, type Database } from '../../database.js';
import type { Enrollment, HistoryEntry } from './model.js';

/** What has expired has ended, whether or not the job that writes it down has come by. */
export const isLive = (now: Date) => Prisma.sql`(
  e."status" <> 'ENDED' AND (e."expires_at" IS NULL OR e."expires_at" > ${now}::timestamptz))`;

export const enrollmentColumns = (now: Date) => Prisma.sql`
  e."id", e."user_id" AS "userId", e."course_id" AS "courseId",
  CASE WHEN NOT ${isLive(now)} THEN 'ENDED'
       WHEN e."suspended_at" IS NOT NULL THEN 'SUSPENDED' ELSE e."status" END AS "status",
  coalesce(e."source", CASE WHEN e."order_line_id" IS NULL THEN 'FREE' ELSE 'ORDER' END) AS "source",
  e."progress_percent" AS "progressPercent", e."completed_lesson_count" AS "completedLessonCount",
  e."enrolled_at" AS "enrolledAt", e."completed_at" AS "completedAt", e."expires_at" AS "expiresAt",
  CASE WHEN NOT ${isLive(now)} THEN coalesce(e."ended_at", e."expires_at") END AS "endedAt", e."version"`;

/** Her own, those of courses that she teaches, and everybody's for an admin. */
const isVisible = (viewer: Viewer) => Prisma.sql`(
  e."user_id" = ${viewer.id}::uuid OR ${writesCourse(viewer, Prisma.sql`e."course_id"`)})`;

/** Whose enrolments a list has. */
export type ListScope =
  { readonly userId: string } | { readonly courseId: string } | { readonly cohortId: string };

const inScope = (scope: ListScope) => {
  if ('userId' in scope) return Prisma.sql`e."user_id" = ${scope.userId}::uuid`;
  if ('courseId' in scope) return Prisma.sql`e."course_id" = ${scope.courseId}::uuid`;
  return Prisma.sql`e."id" IN (
    SELECT cm."enrollment_id" FROM "learning"."cohort_memberships" AS cm
     WHERE cm."cohort_id" = ${scope.cohortId}::uuid)`;
};

export const enrollmentRepository = (database: Database) => ({
  findVisible: (viewer: Viewer, ids: readonly string[], now: Date) => database.$queryRaw<
    Enrollment[]
  >`
    SELECT ${enrollmentColumns(now)} FROM "learning"."enrollments" AS e
     WHERE e."id" = ANY(${ids}::uuid[]) AND ${isVisible(viewer)}`,

  liveOf: (userId: string, courseIds: readonly string[], now: Date) => database.$queryRaw<
    Enrollment[]
  >`
    SELECT ${enrollmentColumns(now)} FROM "learning"."enrollments" AS e
     WHERE e."user_id" = ${userId}::uuid AND e."course_id" = ANY(${courseIds}::uuid[]) AND ${isLive(now)}`,

  /** Newest first. The key is the moment of enrolment in milliseconds, and the id. */
  pageOf(scope: ListScope, { limit, after }: Page<CursorKey>, now: Date): Promise<Enrollment[]> {
    const behind =
      after === null
        ? Prisma.empty
        : Prisma.sql`AND (e."enrolled_at", e."id") <
            (${new Date(Number(after[0]))}::timestamptz, ${String(after[1])}::uuid)`;
    return database.$queryRaw<Enrollment[]>`
      SELECT ${enrollmentColumns(now)} FROM "learning"."enrollments" AS e
       WHERE ${inScope(scope)} ${behind}
       ORDER BY e."enrolled_at" DESC, e."id" DESC LIMIT ${limit}::int`;
  },

  async countOf(scope: ListScope): Promise<number> {
    const rows = await database.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS "count" FROM "learning"."enrollments" AS e WHERE ${inScope(scope)}`;
    return rows[0]?.count ?? 0;
  },

  /** Oldest first; an enrolment changes its state a few times in its life. */
  historyOf: (enrollmentIds: readonly string[]) => database.$queryRaw<HistoryEntry[]>`
    SELECT "enrollment_id" AS "enrollmentId", "status", "reason", "progress_percent" AS "progressPercent",
           "happened_at" AS "happenedAt"
      FROM "learning"."enrollment_history" WHERE "enrollment_id" = ANY(${enrollmentIds}::uuid[])
     ORDER BY "enrollment_id", "happened_at", "id"`,

  /** The first published lesson, in the order of the course, that is neither completed nor locked. */
  nextLessonIds: (enrollmentIds: readonly string[]) => database.$queryRaw<
    { enrollmentId: string; lessonId: string }[]
  >`
    SELECT DISTINCT ON (e."id") e."id" AS "enrollmentId", l."id" AS "lessonId"
      FROM "learning"."enrollments" AS e
      JOIN "learning"."lessons" AS l ON l."course_id" = e."course_id" AND l."is_published"
      JOIN "learning"."course_modules" AS m ON m."id" = l."module_id"
     WHERE e."id" = ANY(${enrollmentIds}::uuid[])
       AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_progress" AS lp
                        WHERE lp."enrollment_id" = e."id" AND lp."lesson_id" = l."id")
       AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_prerequisites" AS p
                         JOIN "learning"."lessons" AS pl ON pl."id" = p."prerequisite_id" AND pl."is_published"
                        WHERE p."lesson_id" = l."id"
                          AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_progress" AS pp
                                           WHERE pp."enrollment_id" = e."id" AND pp."lesson_id" = pl."id"))
     ORDER BY e."id", m."position", l."position"`,
});
