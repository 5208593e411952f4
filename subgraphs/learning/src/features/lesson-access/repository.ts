import type { Viewer } from '@pcc/platform';
import { beginsAt, writesCourse } from '../../course-access.js';
import { Prisma, type Database } from '../../database.js';
import type { LessonAccess, MissingPrerequisite } from './model.js';

const liveEnrollment = (userId: string | null, now: Date) => Prisma.sql`
  e."course_id" = l."course_id" AND e."user_id" = ${userId}::uuid AND e."status" <> 'ENDED'
  AND (e."expires_at" IS NULL OR e."expires_at" > ${now}::timestamptz)`;

/** Prerequisites that are published and not completed in the enrolment `e`, for the lesson `l`. */
const missing = Prisma.sql`
  "learning"."lesson_prerequisites" AS p
  JOIN "learning"."lessons" AS pl ON pl."id" = p."prerequisite_id" AND pl."is_published"
  WHERE p."lesson_id" = l."id"
    AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_progress" AS lp
                     WHERE lp."enrollment_id" = e."id" AND lp."lesson_id" = pl."id")`;

/** What is completed stays open, whatever its author requires of others now. */
const isCompleted = Prisma.sql`EXISTS (
  SELECT 1 FROM "learning"."lesson_progress" AS own
   WHERE own."enrollment_id" = e."id" AND own."lesson_id" = l."id")`;

/** Of the lesson `l` in the viewer's enrolment `e`; null when it is open. */
const lockOf = (viewer: Viewer, now: Date) => Prisma.sql`CASE
  WHEN l."is_preview" OR ${writesCourse(viewer, Prisma.sql`l."course_id"`)} THEN NULL
  WHEN e."id" IS NULL THEN 'NOT_ENROLLED'
  WHEN e."suspended_at" IS NOT NULL THEN 'ENROLLMENT_SUSPENDED'
  WHEN ${isCompleted} THEN NULL
  WHEN ${beginsAt} > ${now}::timestamptz THEN 'NOT_STARTED'
  WHEN EXISTS (SELECT 1 FROM ${missing}) THEN 'PREREQUISITES_MISSING' END`;

export const lessonAccessRepository = (database: Database) => ({
  accessOf: (viewer: Viewer, lessonIds: readonly string[], now: Date) => database.$queryRaw<
    LessonAccess[]
  >`
    SELECT l."id" AS "lessonId", ${lockOf(viewer, now)} AS "lock", ${beginsAt} AS "beginsAt"
      FROM "learning"."lessons" AS l
      LEFT JOIN "learning"."enrollments" AS e ON ${liveEnrollment(viewer.id, now)}
     WHERE l."id" = ANY(${lessonIds}::uuid[])`,

  openBodies: (viewer: Viewer, lessonIds: readonly string[], now: Date) => database.$queryRaw<
    { id: string; body: string }[]
  >`
    SELECT l."id", l."body" FROM "learning"."lessons" AS l
      LEFT JOIN "learning"."enrollments" AS e ON ${liveEnrollment(viewer.id, now)}
     WHERE l."id" = ANY(${lessonIds}::uuid[]) AND ${lockOf(viewer, now)} IS NULL`,

  /** In the order of the course; none for those who are not enrolled. */
  missingFor: (userId: string, lessonIds: readonly string[], now: Date) => database.$queryRaw<
    MissingPrerequisite[]
  >`
    SELECT l."id" AS "ofLessonId", pl."id" AS "lessonId", pl."title"
      FROM "learning"."lessons" AS l
      JOIN "learning"."enrollments" AS e ON ${liveEnrollment(userId, now)}
      JOIN "learning"."lesson_prerequisites" AS p ON p."lesson_id" = l."id"
      JOIN "learning"."lessons" AS pl ON pl."id" = p."prerequisite_id" AND pl."is_published"
      JOIN "learning"."course_modules" AS m ON m."id" = pl."module_id"
     WHERE l."id" = ANY(${lessonIds}::uuid[]) AND NOT ${isCompleted}
       AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_progress" AS lp
                        WHERE lp."enrollment_id" = e."id" AND lp."lesson_id" = pl."id")
     ORDER BY l."id", m."position", pl."position"`,
});
