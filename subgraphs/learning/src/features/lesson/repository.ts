import type { Viewer } from '@pcc/platform';
import { isVisible as isCourseVisible, writesCourse } from '../../course-access.js';
import { Prisma, type Database } from '../../database.js';
import type { CourseModule, Lesson, Prerequisite } from './model.js';

export const lessonColumns = Prisma.sql`
  l."id", l."course_id" AS "courseId", l."module_id" AS "moduleId", l."title", l."summary", l."kind",
  l."difficulty", l."position", l."is_published" AS "isPublished", l."is_preview" AS "isPreview",
  l."duration_minutes" AS "durationMinutes", l."external_key" AS "externalKey", l."version"`;

/** A published lesson of a course that the viewer may see, or any lesson of a course that she writes. */
const isVisible = (viewer: Viewer, at: Date) => Prisma.sql`EXISTS (
  SELECT 1 FROM "learning"."courses" AS c WHERE c."id" = l."course_id"
     AND (${writesCourse(viewer)} OR (l."is_published" AND ${isCourseVisible(viewer, at)})))`;

export const lessonRepository = (database: Database) => ({
  modulesOf: (courseIds: readonly string[]) => database.$queryRaw<CourseModule[]>`
    SELECT "id", "course_id" AS "courseId", "title", "position" FROM "learning"."course_modules"
     WHERE "course_id" = ANY(${courseIds}::uuid[]) ORDER BY "course_id", "position"`,

  findVisible: (viewer: Viewer, ids: readonly string[], at: Date) => database.$queryRaw<Lesson[]>`
    SELECT ${lessonColumns} FROM "learning"."lessons" AS l
     WHERE l."id" = ANY(${ids}::uuid[]) AND ${isVisible(viewer, at)}`,

  findVisibleOf: (viewer: Viewer, moduleIds: readonly string[], at: Date) => database.$queryRaw<
    Lesson[]
  >`
    SELECT ${lessonColumns} FROM "learning"."lessons" AS l
     WHERE l."module_id" = ANY(${moduleIds}::uuid[]) AND ${isVisible(viewer, at)}
     ORDER BY l."module_id", l."position"`,

  publishedCounts: (courseIds: readonly string[]) => database.$queryRaw<
    { courseId: string; count: number }[]
  >`
    SELECT "course_id" AS "courseId", count(*)::int AS "count" FROM "learning"."lessons"
     WHERE "course_id" = ANY(${courseIds}::uuid[]) AND "is_published" GROUP BY "course_id"`,

  /** Published ones, and for authors all, in the order of the course. */
  visiblePrerequisitesOf: (
    viewer: Viewer,
    lessonIds: readonly string[],
    at: Date,
  ) => database.$queryRaw<Prerequisite[]>`
    SELECT p."lesson_id" AS "ofLessonId", ${lessonColumns}
      FROM "learning"."lesson_prerequisites" AS p
      JOIN "learning"."lessons" AS l ON l."id" = p."prerequisite_id"
      JOIN "learning"."course_modules" AS m ON m."id" = l."module_id"
     WHERE p."lesson_id" = ANY(${lessonIds}::uuid[]) AND ${isVisible(viewer, at)}
     ORDER BY p."lesson_id", m."position", l."position"`,
});
