import { z } from 'zod';
import { countColumn, timeParameter, type ClickHouseReader } from '../../clickhouse.js';

const row = z.object({
  courseId: z.string(),
  activeLearners: countColumn,
  enrollments: countColumn,
  completions: countColumn,
});

export type CourseAnalyticsRepository = ReturnType<typeof courseAnalyticsRepository>;

export const courseAnalyticsRepository = (reader: ClickHouseReader) => ({
  /** One statement for any number of courses; those without events are missing. */
  analyticsOf: (courseIds: readonly string[], activeSince: Date) =>
    reader.select(
      row,
      `SELECT toString(course_id) AS courseId, sum(active) AS activeLearners,
              sum(enrolled) AS enrollments, sum(completed) AS completions
         FROM (
           SELECT course_id, uniqExactArray(learner_days.enrolled) AS enrolled,
                  uniqExactArray(learner_days.completed) AS completed, 0 AS active
             FROM learner_days WHERE course_id IN {courseIds:Array(UUID)} GROUP BY course_id
           UNION ALL
           SELECT course_id, 0, 0, countIf(last_active >= {activeSince:DateTime64(3, 'UTC')})
             FROM (
               SELECT course_id, user_id, max(last_active_at) AS last_active
                 FROM learner_courses WHERE course_id IN {courseIds:Array(UUID)}
                GROUP BY course_id, user_id)
            GROUP BY course_id)
        GROUP BY course_id`,
      { courseIds, activeSince: timeParameter(activeSince) },
    ),
});
