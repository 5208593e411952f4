import { z } from 'zod';
import { countColumn, type ClickHouseReader } from '../../clickhouse.js';
import { dayOf, type Window } from '../../time.js';
import { scopeFilter, type Scope } from '../projection/model.js';

const figures = { enrollments: countColumn, completions: countColumn, activeLearners: countColumn };
const totalsRow = z.object(figures);
const dayRow = z.object({ date: z.string(), ...figures });
const courseRow = z.object({ courseId: z.string(), ...figures });

const counted = `uniqExactArray(enrolled) AS enrollments, uniqExactArray(completed) AS completions,
  uniqExact(user_id) AS activeLearners`;

const condition = (scope: Scope) =>
  `day >= {fromDay:Date} AND day <= {untilDay:Date} AND ${scopeFilter(scope).sql}`;

const parametersOf = (scope: Scope, { from, asOf }: Window) => ({
  ...scopeFilter(scope).parameters,
  fromDay: dayOf(from),
  untilDay: dayOf(asOf),
});

export type DashboardRepository = ReturnType<typeof dashboardRepository>;

export const dashboardRepository = (reader: ClickHouseReader) => ({
  totals: (scope: Scope, window: Window) =>
    reader.select(
      totalsRow,
      `SELECT ${counted} FROM learner_days WHERE ${condition(scope)}`,
      parametersOf(scope, window),
    ),
  /** Days without events are missing. */
  daily: (scope: Scope, window: Window) =>
    reader.select(
      dayRow,
      `SELECT day AS date, ${counted} FROM learner_days WHERE ${condition(scope)} GROUP BY day`,
      parametersOf(scope, window),
    ),
  topCourses: (scope: Scope, window: Window, limit: number) =>
    reader.select(
      courseRow,
      `SELECT toString(course_id) AS courseId, ${counted}
         FROM learner_days WHERE ${condition(scope)}
        GROUP BY course_id ORDER BY enrollments DESC, activeLearners DESC, courseId LIMIT {limit:UInt32}`,
      { ...parametersOf(scope, window), limit },
    ),
});
