import { z } from 'zod';
import { countColumn, never, type ClickHouseReader } from '../../clickhouse.js';

const row = z.object({
  enrolled: countColumn,
  firstLesson: countColumn,
  half: countColumn,
  completed: countColumn,
  certified: countColumn,
});

export type FunnelRepository = ReturnType<typeof funnelRepository>;

export const funnelRepository = (reader: ClickHouseReader) => ({
  /** Learners by the furthest stage that they reached: each counts in every stage up to it. */
  async stagesOf(courseId: string): Promise<z.output<typeof row>> {
    const [counts] = await reader.select(
      row,
      `SELECT count() AS enrolled, countIf(stage >= 2) AS firstLesson, countIf(stage >= 3) AS half,
              countIf(stage >= 4) AS completed, countIf(stage >= 5) AS certified
         FROM (
           SELECT user_id, multiIf(max(certified_at) > ${never}, 5, max(completed_at) > ${never}, 4,
                    max(highest_progress) >= 50, 3, max(last_lesson_at) > ${never}, 2, 1) AS stage
             FROM learner_courses WHERE course_id = {courseId:UUID} GROUP BY user_id)`,
      { courseId },
    );
    if (counts === undefined) throw new Error('an aggregate without GROUP BY has one row');
    return counts;
  },
});
