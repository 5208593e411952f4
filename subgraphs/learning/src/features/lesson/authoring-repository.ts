import { type Database } from '../../database.js';
import type { CourseModule, Lesson, LessonFields } from './model.js';
import { lessonColumns } from './repository.js';

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
    await database.lesson.update({
      where: { id },
      data: { ...fields, version: { increment: 1 } },
    });
  },

  async updateModule(id: string, title: string): Promise<CourseModule> {
    return database.courseModule.update({ where: { id }, data: { title } });
  },

  /** With all that learners did in it. The triggers see to it that nobody's progress falls. */
  async delete(id: string): Promise<void> {
    await database.lesson.delete({ where: { id } });
  },

  async deleteModule(id: string): Promise<void> {
    await database.courseModule.delete({ where: { id } });
  },

  /** In their order. */
  async moduleIdsOf(courseId: string): Promise<string[]> {
    const rows = await database.courseModule.findMany({
      where: { courseId },
      select: { id: true },
      orderBy: { position: 'asc' },
    });
    return rows.map(({ id }) => id);
  },

  /** In their order. */
  async lessonIdsOf(moduleId: string): Promise<string[]> {
    const rows = await database.lesson.findMany({
      where: { moduleId },
      select: { id: true },
      orderBy: { position: 'asc' },
    });
    return rows.map(({ id }) => id);
  },

  /** Positions from 1, in one statement: the constraint is looked at when it ends. */
  async orderModules(ids: readonly string[]): Promise<void> {
    await database.$executeRaw`
      UPDATE "learning"."course_modules" AS m SET "position" = place."position"
        FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS place("id", "position") WHERE m."id" = place."id"`;
  },

  /** The same for lessons, which this also puts into the module. */
  async orderLessons(moduleId: string, ids: readonly string[]): Promise<void> {
    await database.$executeRaw`
      UPDATE "learning"."lessons" AS l SET "module_id" = ${moduleId}::uuid, "position" = place."position"
        FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS place("id", "position") WHERE l."id" = place."id"`;
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
