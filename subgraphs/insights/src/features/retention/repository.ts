import { z } from 'zod';
import {
  activityTypes,
  countColumn,
  timeParameter,
  type ClickHouseReader,
} from '../../clickhouse.js';
import { scopeFilter, type Scope } from '../projection/model.js';

const row = z.object({ week: z.string(), offset: countColumn, active: countColumn });

export type RetentionRepository = ReturnType<typeof retentionRepository>;

/** Who began when, and every moment of activity: of some courses, or of the whole platform. */
const sourcesOf = (scope: Scope) => {
  const inScope = scopeFilter(scope).sql;
  const study = `SELECT user_id, occurred_at FROM learning_events
    WHERE event_type IN {activityTypes:Array(String)} AND ${inScope}`;
  return scope.kind === 'all'
    ? {
        beginnings: `SELECT user_id, occurred_at FROM user_events WHERE event_type = 'user.registered'`,
        activity: `${study} UNION ALL SELECT user_id, occurred_at FROM user_events
          WHERE event_type IN ('user.registered', 'session.started')`,
      }
    : {
        beginnings: `SELECT user_id, occurred_at FROM learning_events
          WHERE event_type = 'enrollment.created' AND ${inScope}`,
        activity: study,
      };
};

export const retentionRepository = (reader: ClickHouseReader) => ({
  /**
   * Distinct people of each weekly cohort that were active some weeks later. Distinct counts: a repeated
   * event changes nothing.
   * @param since a Monday, midnight UTC
   */
  cohorts(scope: Scope, since: Date, until: Date) {
    const { beginnings, activity } = sourcesOf(scope);
    return reader.select(
      row,
      `SELECT cohort.week AS week, intDiv(dateDiff('day', cohort.week, activity.week), 7) AS offset,
              uniqExact(cohort.user_id) AS active
         FROM (SELECT user_id, toMonday(min(occurred_at)) AS week FROM (${beginnings})
                GROUP BY user_id HAVING min(occurred_at) >= {since:DateTime64(3, 'UTC')}
                                    AND min(occurred_at) <= {until:DateTime64(3, 'UTC')}) AS cohort
         JOIN (SELECT DISTINCT user_id, toMonday(occurred_at) AS week FROM (${activity})
                WHERE occurred_at >= {since:DateTime64(3, 'UTC')}
                  AND occurred_at <= {until:DateTime64(3, 'UTC')}) AS activity
           ON cohort.user_id = activity.user_id
        WHERE activity.week >= cohort.week
        GROUP BY week, offset ORDER BY week, offset`,
      {
        ...scopeFilter(scope).parameters,
        activityTypes,
        since: timeParameter(since),
        until: timeParameter(until),
      },
    );
  },
});
