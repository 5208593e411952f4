import type { Clock, Viewer } from '@pcc/platform';
import { mustBeWithin } from '../../clickhouse.js';
import { dayMs, startOfWeek } from '../../time.js';
import type { AccessService } from '../projection/service.js';
import type { RetentionRepository } from './repository.js';

export type RetentionService = ReturnType<typeof retentionService>;

export interface RetentionCohort {
  readonly week: string;
  readonly size: number;
  readonly weeks: {
    readonly offset: number;
    readonly active: number;
    readonly percent: number;
  }[];
}

export interface RetentionDeps {
  readonly retention: RetentionRepository;
  readonly access: AccessService;
  readonly clock: Clock;
}

const weekMs = 7 * dayMs;

export const retentionService = ({ retention, access, clock }: RetentionDeps) => ({
  /** @throws AppError BAD_USER_INPUT for `weeks` outside of 1 to 52, or as `scopeOf` does */
  async cohorts(
    viewer: Viewer,
    courseId: string | null,
    weeks: number,
  ): Promise<RetentionCohort[]> {
    const scope = await access.scopeOf(viewer, courseId);
    const now = clock.now();
    const thisWeek = startOfWeek(now);
    const since = new Date(thisWeek.getTime() - (mustBeWithin('weeks', weeks, 52) - 1) * weekMs);
    const rows = await retention.cohorts(scope, since, now);
    const cohorts = new Map<string, Map<number, number>>();
    for (const { week, offset, active } of rows) {
      cohorts.set(week, (cohorts.get(week) ?? new Map<number, number>()).set(offset, active));
    }
    return [...cohorts].map(([week, active]) => cohortOf(week, active, thisWeek));
  },
});

/** Beginning is an activity, so week 0 has everyone. Weeks without activity have no row, but are shown. */
function cohortOf(
  week: string,
  active: ReadonlyMap<number, number>,
  thisWeek: Date,
): RetentionCohort {
  const size = active.get(0) ?? 0;
  const age = Math.round((thisWeek.getTime() - Date.parse(week)) / weekMs);
  const weeks = Array.from({ length: age + 1 }, (_, offset) => {
    const count = active.get(offset) ?? 0;
    return { offset, active: count, percent: size === 0 ? 0 : (100 * count) / size };
  });
  return { week, size, weeks };
}
