import type { Database } from '../../database.js';
import type { PublishFacts } from './publish-checklist.js';

export const lifecycleRepository = (database: Database) => ({
  publishFacts: (courseIds: readonly string[]) => database.$queryRaw<PublishFacts[]>`
    SELECT c."id" AS "courseId",
           EXISTS (SELECT 1 FROM "learning"."lessons" AS l
                    WHERE l."course_id" = c."id" AND l."is_published") AS "hasPublishedLesson",
           ARRAY(SELECT m."title" FROM "learning"."course_modules" AS m
                  WHERE m."course_id" = c."id"
                    AND NOT EXISTS (SELECT 1 FROM "learning"."lessons" AS l
                                     WHERE l."module_id" = m."id" AND l."is_published")
                  ORDER BY m."position") AS "emptyModules",
           EXISTS (SELECT 1 FROM "learning"."projection_course_prices" AS p
                    WHERE p."course_id" = c."id") AS "hasPrice"
      FROM "learning"."courses" AS c WHERE c."id" = ANY(${courseIds}::uuid[])`,

  /** Those of these courses that the user teaches. */
  async taughtBy(userId: string, courseIds: readonly string[]): Promise<string[]> {
    const rows = await database.courseInstructor.findMany({
      where: { userId, courseId: { in: [...courseIds] } },
      select: { courseId: true },
    });
    return rows.map(({ courseId }) => courseId);
  },
});
