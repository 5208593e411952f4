import type { Clock, Viewer } from '@pcc/platform';
import { mustBeWithin } from '../../clickhouse.js';
import { daysOf, lastDays } from '../../time.js';
import type { AccessService } from '../projection/service.js';
import type { RevenueService } from '../revenue/service.js';
import {
  dashboardTopics,
  type CourseFigures,
  type DashboardDay,
  type DashboardView,
  type TotalsView,
} from './model.js';
import type { DashboardRepository } from './repository.js';

export type DashboardService = ReturnType<typeof dashboardService>;

export interface DashboardDeps {
  readonly dashboards: DashboardRepository;
  readonly revenue: RevenueService;
  readonly access: AccessService;
  readonly clock: Clock;
}

const nothing = { enrollments: 0, completions: 0, activeLearners: 0 };

export const dashboardService = ({ dashboards, revenue, access, clock }: DashboardDeps) => ({
  /** @throws AppError BAD_USER_INPUT for `days` outside of 1 to 366, or as `scopeOf` does */
  async open(viewer: Viewer, courseId: string | null, days: number): Promise<DashboardView> {
    const scope = await access.scopeOf(viewer, courseId);
    return { courseId, scope, ...lastDays(clock.now(), mustBeWithin('days', days, 366)) };
  },

  /** The live topics of a dashboard. @throws as `open` */
  async topics(viewer: Viewer, courseId: string | null): Promise<string[]> {
    await access.scopeOf(viewer, courseId);
    if (courseId !== null) return [dashboardTopics.ofCourse(courseId)];
    return [
      viewer.isAdmin ? dashboardTopics.all : dashboardTopics.ofInstructor(viewer.mustBeSignedIn()),
    ];
  },

  async totals({ scope, ...window }: DashboardView): Promise<TotalsView> {
    const [totals = nothing] = await dashboards.totals(scope, window);
    return { ...totals, revenue: () => revenue.totals(scope, window) };
  },

  async daily({ scope, ...window }: DashboardView): Promise<DashboardDay[]> {
    const rows = await dashboards.daily(scope, window);
    const byDate = new Map(rows.map((row) => [row.date, row]));
    return daysOf(window).map((date) => byDate.get(date) ?? { date, ...nothing });
  },

  /** @throws AppError BAD_USER_INPUT for `first` outside of 1 to 100 */
  async topCourses({ scope, ...window }: DashboardView, first: number): Promise<CourseFigures[]> {
    const limit = mustBeWithin('first', first, 100);
    const courses = await dashboards.topCourses(scope, window, limit);
    const money = await revenue.byCourse(
      courses.map(({ courseId }) => courseId),
      window,
    );
    return courses.map((course) => ({ ...course, revenue: money.get(course.courseId) ?? [] }));
  },
});
