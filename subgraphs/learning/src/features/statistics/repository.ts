import type { Viewer } from '@pcc/platform';
import { writesCourse } from '../../course-access.js';
import type { Database } from '../../database.js';
import type { CourseStatistics } from './model.js';

export const statisticsRepository = (database: Database) => ({
  /** Of those of these courses that the viewer teaches; of all for an admin. */
  ofTaught: (viewer: Viewer, courseIds: readonly string[]) => database.$queryRaw<
    CourseStatistics[]
  >`
    SELECT c."id" AS "courseId", coalesce(s."enrolled", 0) AS "enrolled", coalesce(s."active", 0) AS "active",
           coalesce(s."completed", 0) AS "completed", coalesce(s."average_progress", 0) AS "averageProgress"
      FROM "learning"."courses" AS c
      LEFT JOIN "learning"."course_statistics" AS s ON s."course_id" = c."id"
     WHERE c."id" = ANY(${courseIds}::uuid[]) AND ${writesCourse(viewer)}`,

  async refresh() {
    await database.$executeRaw`SELECT "learning"."refresh_course_statistics"()`;
  },
});
