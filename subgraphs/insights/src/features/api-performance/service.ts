import { AppError, type Viewer } from '@pcc/platform';
import { mustBeWithin } from '../../clickhouse.js';
import type { OperationPerformance, PerformanceReport } from './model.js';
import type { ApiPerformanceRepository } from './repository.js';

export type ApiPerformanceService = ReturnType<typeof apiPerformanceService>;

export interface ApiPerformanceArguments {
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
  readonly first: number;
}

export const apiPerformanceService = (deps: {
  readonly performance: ApiPerformanceRepository;
}) => ({
  /**
   * Keeps what a router reports; harmless to repeat. Who may report is the route's to check.
   * @throws AppError STORE_UNAVAILABLE
   */
  report: async (report: PerformanceReport): Promise<void> => {
    if (report.samples.length > 0) await deps.performance.add(report);
  },

  /** @throws AppError UNAUTHENTICATED, FORBIDDEN, or BAD_USER_INPUT for arguments out of bounds */
  async byOperation(
    viewer: Viewer,
    { from, to, first }: ApiPerformanceArguments,
  ): Promise<OperationPerformance[]> {
    viewer.mustHaveRole('admin');
    if (from >= to) throw new AppError('BAD_USER_INPUT', '"from" must be before "to".');
    return deps.performance.byOperation(from, to, mustBeWithin('first', first, 100));
  },
});
