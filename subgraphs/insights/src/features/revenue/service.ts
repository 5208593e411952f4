import type { Clock, Viewer } from '@pcc/platform';
import { mustBeWithin } from '../../clickhouse.js';
import { lastDays, type Window } from '../../time.js';
import type { Scope } from '../projection/model.js';
import type { AccessService } from '../projection/service.js';
import type { Money, RevenueDay } from './model.js';
import type { RevenueRepository } from './repository.js';

export type RevenueService = ReturnType<typeof revenueService>;

export interface RevenueDeps {
  readonly revenue: RevenueRepository;
  readonly access: AccessService;
  readonly clock: Clock;
}

export const revenueService = ({ revenue, access, clock }: RevenueDeps) => ({
  /** @throws AppError BAD_USER_INPUT for `days` outside of 1 to 366, or as `scopeOf` does */
  async byDay(viewer: Viewer, courseId: string | null, days: number): Promise<RevenueDay[]> {
    const scope = await access.scopeOf(viewer, courseId);
    const window = lastDays(clock.now(), mustBeWithin('days', days, 366));
    const rows = await revenue.byDay(scope, window);
    return rows.map(({ date, currency, paid, refunded }) => ({
      date,
      currency,
      paid: { amountMinor: paid, currency },
      refunded: { amountMinor: refunded, currency },
      net: { amountMinor: paid - refunded, currency },
    }));
  },

  /** For a scope that was authorized already. */
  totals: (scope: Scope, window: Window): Promise<Money[]> => revenue.totals(scope, window),

  /** The same by course; courses without payments are missing. */
  async byCourse(courseIds: readonly string[], window: Window): Promise<Map<string, Money[]>> {
    const rows = await revenue.byCourse({ kind: 'courses', courseIds }, window);
    const byCourse = new Map<string, Money[]>();
    for (const { courseId, ...money } of rows) {
      byCourse.set(courseId, [...(byCourse.get(courseId) ?? []), money]);
    }
    return byCourse;
  },
});
