import type { Database } from '../../database.js';

export const progressRepository = (database: Database) => ({
  /** The published prerequisites of a lesson that an enrolment has not completed, by title. */
  async missingPrerequisites(enrollmentId: string, lessonId: string): Promise<string[]> {
    const rows = await database.$queryRaw<{ title: string }[]>`
      SELECT l."title" FROM "learning"."lesson_prerequisites" AS p
        JOIN "learning"."lessons" AS l ON l."id" = p."prerequisite_id" AND l."is_published"
       WHERE p."lesson_id" = ${lessonId}::uuid
         AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_progress" AS lp
                          WHERE lp."enrollment_id" = ${enrollmentId}::uuid AND lp."lesson_id" = l."id")
       ORDER BY l."position"`;
    return rows.map(({ title }) => title);
  },

  /** A trigger recalculates the enrolment's progress. @returns false when it was completed before */
  async complete(enrollmentId: string, lessonId: string, completedAt: Date): Promise<boolean> {
    const { count } = await database.lessonProgress.createMany({
      data: [{ enrollmentId, lessonId, completedAt }],
      skipDuplicates: true,
    });
    return count === 1;
  },

  /** For each lesson of a course in which this person is enrolled: whether it is completed. */
  completedOf: (userId: string, lessonIds: readonly string[]) => database.$queryRaw<
    { lessonId: string; completed: boolean }[]
  >`
    SELECT l."id" AS "lessonId", lp."lesson_id" IS NOT NULL AS "completed"
      FROM "learning"."lessons" AS l
      JOIN "learning"."enrollments" AS e ON e."course_id" = l."course_id"
       AND e."user_id" = ${userId}::uuid AND e."status" <> 'ENDED'
      LEFT JOIN "learning"."lesson_progress" AS lp ON lp."enrollment_id" = e."id" AND lp."lesson_id" = l."id"
     WHERE l."id" = ANY(${lessonIds}::uuid[])`,
});
