import { z } from 'zod';
import { timeParameter, type ClickHouseReader } from '../../clickhouse.js';
import type { CurrencyCode } from '../../generated/graphql.js';
import type { Window } from '../../time.js';
import { scopeFilter, type Scope } from '../projection/model.js';

// Ingestion lets no other currency in.
const currency = z.string().transform((code) => code as CurrencyCode);
const amount = z.coerce.bigint();

const dayRow = z.object({ date: z.string(), currency, paid: amount, refunded: amount });
const courseRow = z.object({ courseId: z.string(), currency, amountMinor: amount });
const totalRow = z.object({ currency, amountMinor: amount });

/** One row for each line of each payment or refund. FINAL: a sum must see a repeated event once. */
const lines = (scope: Scope) => `
  SELECT event_type, occurred_at, currency, course_id, amount
    FROM (SELECT * FROM payment_events FINAL
           WHERE event_type IN ('order.paid', 'order.refunded')
             AND occurred_at >= {from:DateTime64(3, 'UTC')} AND occurred_at <= {asOf:DateTime64(3, 'UTC')})
   ARRAY JOIN line_course_ids AS course_id, line_amounts_minor AS amount
   WHERE ${scopeFilter(scope).sql}`;

const parametersOf = (scope: Scope, { from, asOf }: Window) => ({
  ...scopeFilter(scope).parameters,
  from: timeParameter(from),
  asOf: timeParameter(asOf),
});

const net = `sumIf(amount, event_type = 'order.paid') - sumIf(amount, event_type = 'order.refunded')`;

export type RevenueRepository = ReturnType<typeof revenueRepository>;

export const revenueRepository = (reader: ClickHouseReader) => ({
  byDay: (scope: Scope, window: Window) =>
    reader.select(
      dayRow,
      `SELECT toDate(occurred_at) AS date, currency,
              sumIf(amount, event_type = 'order.paid') AS paid,
              sumIf(amount, event_type = 'order.refunded') AS refunded
         FROM (${lines(scope)}) GROUP BY date, currency ORDER BY date, currency`,
      parametersOf(scope, window),
    ),
  totals: (scope: Scope, window: Window) =>
    reader.select(
      totalRow,
      `SELECT currency, ${net} AS amountMinor
         FROM (${lines(scope)}) GROUP BY currency ORDER BY currency`,
      parametersOf(scope, window),
    ),
  byCourse: (scope: Scope, window: Window) =>
    reader.select(
      courseRow,
      `SELECT toString(course_id) AS courseId, currency, ${net} AS amountMinor
         FROM (${lines(scope)}) GROUP BY course_id, currency ORDER BY currency`,
      parametersOf(scope, window),
    ),
});
