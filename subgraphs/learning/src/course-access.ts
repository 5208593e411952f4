import type { Viewer } from '@pcc/platform';
import { Prisma } from './database.js';

/**
 * Who may see what of a course, as SQL: the rule is in one place, and lists stay one statement. Each takes the
 * course's row under the name `c`.
 */

/**
 * Whether the viewer writes a course: an admin, or one of its instructors. Not who has lost that role since: her name
 * stays with the course, for when she has it again.
 * @param courseId where it is not the row `c` that is asked about
 */
export function writesCourse(viewer: Viewer, courseId = Prisma.sql`c."id"`): Prisma.Sql {
  if (viewer.isAdmin) return Prisma.sql`true`;
  if (!viewer.hasRole('instructor')) return Prisma.sql`false`;
  return Prisma.sql`EXISTS (
    SELECT 1 FROM "learning"."course_instructors" AS ci
     WHERE ci."course_id" = ${courseId} AND ci."user_id" = ${viewer.id}::uuid)`;
}

export const isEnrolled = (viewer: Viewer, at: Date) => Prisma.sql`EXISTS (
  SELECT 1 FROM "learning"."enrollments" AS e
   WHERE e."course_id" = c."id" AND e."user_id" = ${viewer.id}::uuid AND e."status" <> 'ENDED'
     AND (e."expires_at" IS NULL OR e."expires_at" > ${at}::timestamptz))`;

/**
 * Published, not deleted, and available at this moment: in the catalogue, and taking enrolments. Read against the
 * clock: no job has to open or close a course in time.
 */
export const isOpen = (at: Date) => Prisma.sql`(c."status" = 'PUBLISHED' AND c."deleted_at" IS NULL
  AND (c."available_from" IS NULL OR c."available_from" <= ${at}::timestamptz)
  AND (c."available_until" IS NULL OR c."available_until" > ${at}::timestamptz))`;

/**
 * When the enrolment `e` begins: with the first of the cohorts that made it. Null: it has begun.
 * As in Canvas, where a section with dates of its own opens the course to its members.
 */
export const beginsAt = Prisma.sql`(
  SELECT nullif(min(coalesce(sc."starts_at", '-infinity')), '-infinity')
    FROM "learning"."cohort_memberships" AS cm
    JOIN "learning"."student_cohorts" AS sc ON sc."id" = cm."cohort_id"
   WHERE cm."enrollment_id" = e."id" AND e."source" = 'COHORT')`;

/**
 * Open courses are everybody's. Those enrolled keep a course that is archived or not available; drafts and
 * deleted courses are their authors' alone.
 */
export const isVisible = (
  viewer: Viewer,
  at: Date,
) => Prisma.sql`(${isOpen(at)} OR ${writesCourse(viewer)} OR (
  c."status" <> 'DRAFT' AND c."deleted_at" IS NULL AND ${isEnrolled(viewer, at)}))`;
