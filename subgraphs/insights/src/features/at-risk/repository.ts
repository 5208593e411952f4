import { z } from 'zod';
import {
  countColumn,
  never,
  timeColumn,
  timeParameter,
  type ClickHouseReader,
} from '../../clickhouse.js';
import { dayMs } from '../../time.js';
import { riskRules, type AtRiskLearner, type RiskPosition, type RiskQuestion } from './model.js';

const learnerRow = z
  .object({
    learnerId: z.string(),
    enrolledAt: timeColumn,
    lastActiveAt: timeColumn,
    progressPercent: z.number(),
    riskScore: countColumn,
    isInactive: z.number(),
    isBehind: z.number(),
  })
  .transform(({ isInactive, isBehind, ...learner }): AtRiskLearner => ({
    ...learner,
    reasons: [
      ...(isInactive === 1 ? (['INACTIVE'] as const) : []),
      ...(isBehind === 1 ? (['BEHIND'] as const) : []),
    ],
  }));
const countRow = z.object({ count: countColumn });

/** Live enrolments with their facts, then their measures, then those at risk. */
const atRisk = `
  WITH
    live AS (
      SELECT user_id, max(enrolled_at) AS enrolled, max(last_active_at) AS active,
             if(max(last_lesson_at) >= enrolled, argMaxMerge(progress), 0) AS percent
        FROM learner_courses WHERE course_id = {courseId:UUID}
       GROUP BY user_id
      HAVING enrolled > ${never} AND max(ended_at) < enrolled AND max(completed_at) < enrolled),
    measured AS (
      SELECT *,
             greatest(0, dateDiff('millisecond', active, {asOf:DateTime64(3, 'UTC')})) / ${dayMs} AS idle_days,
             greatest(0, dateDiff('millisecond', enrolled, {asOf:DateTime64(3, 'UTC')})) / ${dayMs} AS days,
             greatest(0, least(1, days / ${riskRules.paceDays}) - percent / 100) AS lag,
             idle_days >= {inactiveDays:UInt16} AS inactive,
             lag >= ${riskRules.alarmingLag} AS behind,
             ${riskRules.inactivityPoints} * least(1, idle_days / {inactiveDays:UInt16})
               + ${riskRules.lagPoints} * lag AS points,
             -- round() would round halves to even
             toUInt8(floor(points + 0.5)) AS score
        FROM live),
    at_risk AS (SELECT * FROM measured WHERE inactive OR behind)`;

const parametersOf = ({ courseId, asOf, inactiveDays }: RiskQuestion) => ({
  courseId,
  asOf: timeParameter(asOf),
  inactiveDays,
});

export type AtRiskRepository = ReturnType<typeof atRiskRepository>;

export const atRiskRepository = (reader: ClickHouseReader) => ({
  /** Highest risk first; equals by id. */
  page: (question: RiskQuestion, after: RiskPosition | null, limit: number) =>
    reader.select(
      learnerRow,
      `${atRisk}
       SELECT toString(user_id) AS learnerId, enrolled AS enrolledAt, active AS lastActiveAt,
              percent AS progressPercent, score AS riskScore, inactive AS isInactive, behind AS isBehind
         FROM at_risk
        ${after === null ? '' : 'WHERE score < {afterScore:UInt8} OR (score = {afterScore:UInt8} AND user_id > {afterId:UUID})'}
        ORDER BY score DESC, user_id LIMIT {limit:UInt32}`,
      {
        ...parametersOf(question),
        limit,
        ...(after === null ? {} : { afterScore: after.riskScore, afterId: after.learnerId }),
      },
    ),

  async count(question: RiskQuestion): Promise<number> {
    const [row] = await reader.select(
      countRow,
      `${atRisk} SELECT count() AS count FROM at_risk`,
      parametersOf(question),
    );
    return row?.count ?? 0;
  },
});
