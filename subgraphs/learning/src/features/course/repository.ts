import type { Viewer } from '@pcc/platform';
import { isOpen, isVisible, writesCourse } from '../../course-access.js';
import { Prisma, type Database } from '../../database.js';
import type { Course, CourseFields } from './model.js';

export const courseColumns = Prisma.sql`
  c."id", c."slug", c."title", c."summary", c."description", c."objectives", c."audience", c."level", c."language",
  c."additional_languages" AS "additionalLanguages", c."access", c."status", c."capacity",
  c."published_at" AS "publishedAt", c."available_from" AS "availableFrom", c."available_until" AS "availableUntil",
  c."deleted_at" AS "deletedAt", c."version"`;

/** A course as its author meets it in a mutation. */
export interface CourseForChange extends Course {
  readonly manages: boolean;
  readonly visible: boolean;
  readonly enrolledCount: number;
}

type Changes = Partial<CourseFields & Pick<Course, 'status' | 'publishedAt' | 'deletedAt'>>;

export const courseRepository = (database: Database) => ({
  findVisible: (viewer: Viewer, ids: readonly string[], at: Date) => database.$queryRaw<Course[]>`
    SELECT ${courseColumns} FROM "learning"."courses" AS c
     WHERE c."id" = ANY(${ids}::uuid[]) AND ${isVisible(viewer, at)}`,

  find: (ids: readonly string[]) => database.$queryRaw<Course[]>`
    SELECT ${courseColumns} FROM "learning"."courses" AS c WHERE c."id" = ANY(${ids}::uuid[])`,

  async findVisibleBySlug(viewer: Viewer, slug: string, at: Date): Promise<Course | null> {
    const rows = await database.$queryRaw<Course[]>`
      SELECT ${courseColumns} FROM "learning"."course_slugs" AS s
        JOIN "learning"."courses" AS c ON c."id" = s."course_id"
       WHERE s."slug" = ${slug} AND ${isVisible(viewer, at)}`;
    return rows[0] ?? null;
  },

  async isOpen(id: string, at: Date): Promise<boolean> {
    const rows = await database.$queryRaw<unknown[]>`
      SELECT 1 FROM "learning"."courses" AS c WHERE c."id" = ${id}::uuid AND ${isOpen(at)}`;
    return rows.length > 0;
  },

  /** Locks the course until the transaction ends: what changes it, or counts its seats, waits in line. */
  async findForChange(viewer: Viewer, id: string, at: Date): Promise<CourseForChange | null> {
    const rows = await database.$queryRaw<CourseForChange[]>`
      SELECT ${courseColumns}, c."enrolled_count" AS "enrolledCount",
             ${writesCourse(viewer)} AS "manages", ${isVisible(viewer, at)} AS "visible"
        FROM "learning"."courses" AS c WHERE c."id" = ${id}::uuid
         FOR NO KEY UPDATE OF c`;
    return rows[0] ?? null;
  },

  /** The instructors of each course, by the date they joined. */
  instructorsOf: (courseIds: readonly string[]) => database.$queryRaw<
    { courseId: string; userId: string }[]
  >`
    SELECT "course_id" AS "courseId", "user_id" AS "userId" FROM "learning"."course_instructors"
     WHERE "course_id" = ANY(${courseIds}::uuid[]) ORDER BY "added_at", "user_id"`,

  /** What comes before a course, whoever may see it; in a fixed order. */
  async prerequisiteIdsOf(courseId: string): Promise<string[]> {
    const rows = await database.coursePrerequisite.findMany({
      where: { courseId },
      orderBy: { prerequisiteId: 'asc' },
    });
    return rows.map(({ prerequisiteId }) => prerequisiteId);
  },

  durationsOf: (courseIds: readonly string[]) => database.$queryRaw<
    { courseId: string; minutes: number }[]
  >`
    SELECT "course_id" AS "courseId", "duration_minutes" AS "minutes" FROM "learning"."course_listings"
     WHERE "course_id" = ANY(${courseIds}::uuid[])`,

  /** @returns false when another course has or had this slug */
  async claimSlug(courseId: string, slug: string): Promise<boolean> {
    const { count } = await database.courseSlug.createMany({
      data: [{ slug, courseId }],
      skipDuplicates: true,
    });
    if (count === 1) return true;
    return (await database.courseSlug.count({ where: { slug, courseId } })) === 1;
  },

  async insert(id: string, fields: CourseFields, instructorIds: readonly string[], at: Date) {
    await database.course.create({ data: { id, ...mutable(fields), createdAt: at } });
    await database.courseInstructor.createMany({
      data: instructorIds.map((userId) => ({ courseId: id, userId, addedAt: at })),
    });
  },

  /** @returns the course as it is now, with its next version */
  async update(id: string, fields: Changes): Promise<Course> {
    await database.course.update({
      where: { id },
      data: { ...mutable(fields), version: { increment: 1 } },
    });
    return this.get(id);
  },

  async get(id: string): Promise<Course> {
    const [course] = await this.find([id]);
    if (course === undefined) throw new Error('a course vanished inside its own transaction');
    return course;
  },

  /** @returns false when she was one already */
  async addInstructor(courseId: string, userId: string, addedAt: Date): Promise<boolean> {
    const { count } = await database.courseInstructor.createMany({
      data: [{ courseId, userId, addedAt }],
      skipDuplicates: true,
    });
    return count === 1;
  },

  async removeInstructor(courseId: string, userId: string): Promise<void> {
    await database.courseInstructor.deleteMany({ where: { courseId, userId } });
  },
});

/** Prisma wants lists that it could change. */
const mutable = <Fields extends Partial<CourseFields>>({
  objectives,
  additionalLanguages,
  ...fields
}: Fields) => ({
  ...fields,
  ...(objectives === undefined ? {} : { objectives: [...objectives] }),
  ...(additionalLanguages === undefined ? {} : { additionalLanguages: [...additionalLanguages] }),
});
