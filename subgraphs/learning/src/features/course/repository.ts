import type { Viewer } from '@pcc/platform';
import { Prisma, type Database } from '../../database.js';
import type { Course, CourseFields } from './model.js';

export const courseColumns = Prisma.sql`
  c."id", c."slug", c."title", c."summary", c."description", c."level", c."language", c."access",
  c."status", c."capacity", c."published_at" AS "publishedAt", c."version"`;

/** Whether the viewer writes this course: an admin, or one of its instructors. */
const manages = (viewer: Viewer) => Prisma.sql`(${viewer.isAdmin}::boolean OR EXISTS (
  SELECT 1 FROM "learning"."course_instructors" AS ci
   WHERE ci."course_id" = c."id" AND ci."user_id" = ${viewer.id}::uuid))`;

/** Drafts are their authors'; archived courses are also for those who are enrolled. */
const isVisible = (
  viewer: Viewer,
) => Prisma.sql`(c."status" = 'PUBLISHED' OR ${manages(viewer)} OR (
  c."status" = 'ARCHIVED' AND EXISTS (
    SELECT 1 FROM "learning"."enrollments" AS e
     WHERE e."course_id" = c."id" AND e."user_id" = ${viewer.id}::uuid AND e."status" <> 'ENDED')))`;

/** A course as its author meets it in a mutation. */
export interface CourseForChange extends Course {
  readonly manages: boolean;
  readonly visible: boolean;
  readonly enrolledCount: number;
}

export const courseRepository = (database: Database) => ({
  findVisible: (viewer: Viewer, ids: readonly string[]) => database.$queryRaw<Course[]>`
    SELECT ${courseColumns} FROM "learning"."courses" AS c
     WHERE c."id" = ANY(${ids}::uuid[]) AND ${isVisible(viewer)}`,

  async findVisibleBySlug(viewer: Viewer, slug: string): Promise<Course | null> {
    const rows = await database.$queryRaw<Course[]>`
      SELECT ${courseColumns} FROM "learning"."course_slugs" AS s
        JOIN "learning"."courses" AS c ON c."id" = s."course_id"
       WHERE s."slug" = ${slug} AND ${isVisible(viewer)}`;
    return rows[0] ?? null;
  },

  /** Locks the course until the transaction ends: what changes it, or counts its seats, waits in line. */
  async findForChange(viewer: Viewer, id: string): Promise<CourseForChange | null> {
    const rows = await database.$queryRaw<CourseForChange[]>`
      SELECT ${courseColumns}, c."enrolled_count" AS "enrolledCount",
             ${manages(viewer)} AS "manages", ${isVisible(viewer)} AS "visible"
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
    await database.course.create({ data: { id, ...fields, createdAt: at } });
    await database.courseInstructor.createMany({
      data: instructorIds.map((userId) => ({ courseId: id, userId, addedAt: at })),
    });
  },

  /** @returns the course as it is now, with its next version */
  async update(
    id: string,
    fields: Partial<CourseFields & Pick<Course, 'status' | 'publishedAt'>>,
  ): Promise<Course> {
    await database.course.update({
      where: { id },
      data: { ...fields, version: { increment: 1 } },
    });
    return this.get(id);
  },

  async get(id: string): Promise<Course> {
    const rows = await database.$queryRaw<Course[]>`
      SELECT ${courseColumns} FROM "learning"."courses" AS c WHERE c."id" = ${id}::uuid`;
    const [course] = rows;
    if (course === undefined) throw new Error('a course vanished inside its own transaction');
    return course;
  },

  async hasPublishedLesson(id: string): Promise<boolean> {
    return (
      (await database.lesson.findFirst({
        where: { courseId: id, isPublished: true },
        select: { id: true },
      })) !== null
    );
  },

  async savePrice(price: {
    courseId: string;
    amountMinor: bigint;
    currency: string;
    version: number;
  }) {
    await database.$executeRaw`
      INSERT INTO "learning"."projection_course_prices" AS p ("course_id", "amount_minor", "currency", "version")
      VALUES (${price.courseId}::uuid, ${price.amountMinor}::bigint, ${price.currency}, ${price.version}::int)
      ON CONFLICT ("course_id") DO UPDATE
        SET "amount_minor" = excluded."amount_minor", "currency" = excluded."currency", "version" = excluded."version"
        WHERE p."version" < excluded."version"`;
  },

  async saveRating(rating: { courseId: string; average: number; count: number; version: number }) {
    await database.$executeRaw`
      INSERT INTO "learning"."projection_course_ratings" AS r ("course_id", "average", "count", "version")
      VALUES (${rating.courseId}::uuid, ${rating.average}::float8, ${rating.count}::int, ${rating.version}::int)
      ON CONFLICT ("course_id") DO UPDATE
        SET "average" = excluded."average", "count" = excluded."count", "version" = excluded."version"
        WHERE r."version" < excluded."version"`;
  },
});
