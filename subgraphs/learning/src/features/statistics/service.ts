import type { Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { CourseStatistics } from './model.js';
import { statisticsRepository } from './repository.js';

export type { CourseStatistics } from './model.js';

export type StatisticsService = ReturnType<typeof statisticsService>;

/** Figures of courses, from a view that a job refreshes while it is read. */
export const statisticsService = ({ database }: { readonly database: Database }) => {
  const statistics = statisticsRepository(database);
  return {
    /** For their instructors and admins; others' courses are left out. */
    async ofTaught(viewer: Viewer, courseIds: readonly string[]): Promise<CourseStatistics[]> {
      return viewer.hasRole('instructor', 'admin') ? statistics.ofTaught(viewer, courseIds) : [];
    },

    /** @returns false: once is enough */
    async refresh(): Promise<boolean> {
      await statistics.refresh();
      return false;
    },
  };
};
