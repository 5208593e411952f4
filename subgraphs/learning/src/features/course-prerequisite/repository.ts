import type { Database } from '../../database.js';

export interface CoursePrerequisite {
  readonly courseId: string;
  readonly prerequisiteId: string;
}

export const coursePrerequisiteRepository = (database: Database) => ({
  of: (courseIds: readonly string[]): Promise<CoursePrerequisite[]> =>
    database.coursePrerequisite.findMany({ where: { courseId: { in: [...courseIds] } } }),

  /** Whoever changes prerequisites waits here: a cycle may go through courses that only others change. */
  async lockGraph(): Promise<void> {
    await database.$executeRaw`
      SELECT pg_advisory_xact_lock(hashtextextended('learning.course_prerequisites', 0))`;
  },

  /** Everything that these courses require, directly and through others. */
  reachableFrom: (courseIds: readonly string[]) => database.$queryRaw<CoursePrerequisite[]>`
    WITH RECURSIVE needed AS (
      SELECT "course_id", "prerequisite_id" FROM "learning"."course_prerequisites"
       WHERE "course_id" = ANY(${courseIds}::uuid[])
      UNION
      SELECT p."course_id", p."prerequisite_id" FROM "learning"."course_prerequisites" AS p
        JOIN needed ON needed."prerequisite_id" = p."course_id")
    SELECT "course_id" AS "courseId", "prerequisite_id" AS "prerequisiteId" FROM needed`,

  /**
   * What a person has to complete before a course and has not, by title. A course that is no longer taught holds up
   * nobody: she could not complete it. Whoever has completed one has, whatever became of the enrolment.
   */
  missing: (courseId: string, userId: string) => database.$queryRaw<{ title: string }[]>`
    SELECT c."title" FROM "learning"."course_prerequisites" AS p
      JOIN "learning"."courses" AS c ON c."id" = p."prerequisite_id"
     WHERE p."course_id" = ${courseId}::uuid AND c."status" = 'PUBLISHED' AND c."deleted_at" IS NULL
       AND NOT EXISTS (
         SELECT 1 FROM "learning"."enrollments" AS e
          WHERE e."user_id" = ${userId}::uuid AND e."course_id" = c."id" AND e."completed_at" IS NOT NULL)
     ORDER BY c."title", c."id"`,

  async replace(courseId: string, prerequisiteIds: readonly string[]): Promise<void> {
    await database.coursePrerequisite.deleteMany({ where: { courseId } });
    await database.coursePrerequisite.createMany({
      data: prerequisiteIds.map((prerequisiteId) => ({ courseId, prerequisiteId })),
    });
  },
});
