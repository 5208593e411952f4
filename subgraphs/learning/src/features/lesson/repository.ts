import type { Viewer } from '@pcc/platform';
import { Prisma, type Database } from '../../database.js';
import type { CourseModule, Lesson, LessonFields, Prerequisite } from './model.js';

const lessonColumns = Prisma.sql`
  l."id", l."course_id" AS "courseId", l."module_id" AS "moduleId", l."title", l."summary", l."kind",
  l."difficulty", l."position", l."is_published" AS "isPublished", l."is_preview" AS "isPreview",
  l."duration_minutes" AS "durationMinutes", l."external_key" AS "externalKey"`;

const writesCourse = (viewer: Viewer) => Prisma.sql`(${viewer.isAdmin}::boolean OR EXISTS (
  SELECT 1 FROM "learning"."course_instructors" AS ci
   WHERE ci."course_id" = l."course_id" AND ci."user_id" = ${viewer.id}::uuid))`;

const isEnrolled = (viewer: Viewer) => Prisma.sql`EXISTS (
  SELECT 1 FROM "learning"."enrollments" AS e
   WHERE e."course_id" = l."course_id" AND e."user_id" = ${viewer.id}::uuid AND e."status" <> 'ENDED')`;

/** A published lesson of a course that the viewer may see, or any lesson of a course that she writes. */
const isVisible = (viewer: Viewer) => Prisma.sql`(${writesCourse(viewer)} OR (l."is_published" AND (
  EXISTS (SELECT 1 FROM "learning"."courses" AS c WHERE c."id" = l."course_id" AND c."status" = 'PUBLISHED')
  OR (${isEnrolled(viewer)} AND EXISTS (
    SELECT 1 FROM "learning"."courses" AS c WHERE c."id" = l."course_id" AND c."status" = 'ARCHIVED')))))`;

/** Who may see the lesson and more than its title. */
const isOpen = (viewer: Viewer) => Prisma.sql`(${isVisible(viewer)} AND (
  l."is_preview" OR ${writesCourse(viewer)} OR ${isEnrolled(viewer)}))`;

export const lessonRepository = (database: Database) => ({
  modulesOf: (courseIds: readonly string[]) => database.$queryRaw<CourseModule[]>`
    SELECT "id", "course_id" AS "courseId", "title", "position" FROM "learning"."course_modules"
     WHERE "course_id" = ANY(${courseIds}::uuid[]) ORDER BY "course_id", "position"`,

  findVisible: (viewer: Viewer, ids: readonly string[]) => database.$queryRaw<Lesson[]>`
    SELECT ${lessonColumns} FROM "learning"."lessons" AS l
     WHERE l."id" = ANY(${ids}::uuid[]) AND ${isVisible(viewer)}`,

  findVisibleOf: (viewer: Viewer, moduleIds: readonly string[]) => database.$queryRaw<Lesson[]>`
    SELECT ${lessonColumns} FROM "learning"."lessons" AS l
     WHERE l."module_id" = ANY(${moduleIds}::uuid[]) AND ${isVisible(viewer)}
     ORDER BY l."module_id", l."position"`,

  publishedCounts: (courseIds: readonly string[]) => database.$queryRaw<
    { courseId: string; count: number }[]
  >`
    SELECT "course_id" AS "courseId", count(*)::int AS "count" FROM "learning"."lessons"
     WHERE "course_id" = ANY(${courseIds}::uuid[]) AND "is_published" GROUP BY "course_id"`,

  openAmong: (viewer: Viewer, ids: readonly string[]) => database.$queryRaw<{ id: string }[]>`
    SELECT l."id" FROM "learning"."lessons" AS l
     WHERE l."id" = ANY(${ids}::uuid[]) AND ${isOpen(viewer)}`,

  openBodies: (viewer: Viewer, ids: readonly string[]) => database.$queryRaw<
    { id: string; body: string }[]
  >`
    SELECT l."id", l."body" FROM "learning"."lessons" AS l
     WHERE l."id" = ANY(${ids}::uuid[]) AND ${isOpen(viewer)}`,

  /** Published ones, and for authors all, in the order of the course. */
  visiblePrerequisitesOf: (viewer: Viewer, lessonIds: readonly string[]) => database.$queryRaw<
    Prerequisite[]
  >`
    SELECT p."lesson_id" AS "ofLessonId", ${lessonColumns}
      FROM "learning"."lesson_prerequisites" AS p
      JOIN "learning"."lessons" AS l ON l."id" = p."prerequisite_id"
      JOIN "learning"."course_modules" AS m ON m."id" = l."module_id"
     WHERE p."lesson_id" = ANY(${lessonIds}::uuid[]) AND ${isVisible(viewer)}
     ORDER BY p."lesson_id", m."position", l."position"`,
});

/** The part that only authors use. */
export const lessonAuthoringRepository = (database: Database) => ({
  findModule: (id: string) => database.courseModule.findUnique({ where: { id } }),

  async find(id: string): Promise<Lesson | null> {
    const rows = await database.$queryRaw<Lesson[]>`
      SELECT ${lessonColumns} FROM "learning"."lessons" AS l WHERE l."id" = ${id}::uuid`;
    return rows[0] ?? null;
  },

  /** At the end of the course, whose lock the caller holds. */
  async appendModule(module: {
    id: string;
    courseId: string;
    title: string;
  }): Promise<CourseModule> {
    const { courseId } = module;
    const { _max } = await database.courseModule.aggregate({
      where: { courseId },
      _max: { position: true },
    });
    const position = 1 + (_max.position ?? 0);
    return database.courseModule.create({ data: { ...module, position } });
  },

  /** At the end of its module, under the lock of its course. */
  async appendLesson(
    place: { id: string; courseId: string; moduleId: string },
    fields: LessonFields,
    createdAt: Date,
  ): Promise<void> {
    const { moduleId } = place;
    const { _max } = await database.lesson.aggregate({
      where: { moduleId },
      _max: { position: true },
    });
    const position = 1 + (_max.position ?? 0);
    await database.lesson.create({ data: { ...place, ...fields, position, createdAt } });
  },

  async update(id: string, fields: Partial<LessonFields>): Promise<void> {
    await database.lesson.update({ where: { id }, data: fields });
  },

  /** Whether another lesson of the course has this key. */
  async isKeyTaken(courseId: string, externalKey: string, exceptId: string): Promise<boolean> {
    const found = await database.lesson.findFirst({
      where: { courseId, externalKey, id: { not: exceptId } },
      select: { id: true },
    });
    return found !== null;
  },

  /** Id, title and course of these lessons. */
  titles: (ids: readonly string[]) =>
    database.lesson.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, title: true, courseId: true },
    }),

  /** All prerequisites within a course. */
  edges: (courseId: string) => database.lessonPrerequisite.findMany({ where: { courseId } }),

  async replacePrerequisites(lesson: Pick<Lesson, 'id' | 'courseId'>, ids: readonly string[]) {
    const { id: lessonId, courseId } = lesson;
    await database.lessonPrerequisite.deleteMany({ where: { lessonId } });
    await database.lessonPrerequisite.createMany({
      data: ids.map((prerequisiteId) => ({ lessonId, prerequisiteId, courseId })),
    });
  },
});
