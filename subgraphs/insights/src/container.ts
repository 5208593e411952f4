import type { ClickHouseClient } from '@clickhouse/client';
import { postgresUnitOfWork } from '@pcc/events';
import { systemClock, type Clock, type Logger } from '@pcc/platform';
import type { PubSub } from '@pcc/stores';
import { clickHouseReader } from './clickhouse.js';
import { apiPerformanceRepository } from './features/api-performance/repository.js';
import { apiPerformanceService } from './features/api-performance/service.js';
import { atRiskRepository } from './features/at-risk/repository.js';
import { atRiskService } from './features/at-risk/service.js';
import { courseAnalyticsRepository } from './features/course-analytics/repository.js';
import { courseAnalyticsService } from './features/course-analytics/service.js';
import { dashboardNotifier } from './features/dashboard/notifier.js';
import { dashboardRepository } from './features/dashboard/repository.js';
import { dashboardService } from './features/dashboard/service.js';
import { funnelRepository } from './features/funnel/repository.js';
import { funnelService } from './features/funnel/service.js';
import { eventRowRepository } from './features/ingestion/repository.js';
import { ingestionService } from './features/ingestion/service.js';
import { projectionHandlers } from './features/projection/events.js';
import { projectionRepository } from './features/projection/repository.js';
import { accessService } from './features/projection/service.js';
import { retentionRepository } from './features/retention/repository.js';
import { retentionService } from './features/retention/service.js';
import { revenueRepository } from './features/revenue/repository.js';
import { revenueService } from './features/revenue/service.js';
import type { PrismaClient } from './generated/prisma/client.js';

export type Services = ReturnType<typeof createContainer>['services'];

export interface ContainerOptions {
  readonly prisma: PrismaClient;
  readonly clickhouse: ClickHouseClient;
  readonly pubSub: PubSub;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
}

/** All the wiring of this subgraph. */
export function createContainer(options: ContainerOptions) {
  const { prisma, clickhouse, pubSub, logger, clock = systemClock } = options;
  const reader = clickHouseReader(clickhouse);
  const projections = projectionRepository(prisma);
  const access = accessService({ projections });
  const revenue = revenueService({ revenue: revenueRepository(reader), access, clock });
  const notifier = dashboardNotifier({ pubSub, access, logger });
  const rows = eventRowRepository(clickhouse);
  return {
    services: {
      courseAnalytics: courseAnalyticsService({
        analytics: courseAnalyticsRepository(reader),
        clock,
      }),
      dashboard: dashboardService({
        dashboards: dashboardRepository(reader),
        revenue,
        access,
        clock,
      }),
      revenue,
      funnel: funnelService({ funnels: funnelRepository(reader), access }),
      retention: retentionService({ retention: retentionRepository(reader), access, clock }),
      apiPerformance: apiPerformanceService({
        performance: apiPerformanceRepository({
          reader,
          insert: (samples) => rows.insert('api_performance', samples),
        }),
      }),
      atRisk: atRiskService({ atRisk: atRiskRepository(reader), access, clock }),
    },
    notifier,
    ingestion: ingestionService({
      rows,
      onChanged: (courseIds) => notifier.changed(courseIds),
    }),
    unitOfWork: postgresUnitOfWork({
      prisma,
      schema: 'insights',
      // Insights emits no event yet, so there is no relay to wake.
      onEvents: () => undefined,
      logger,
    }),
    projectionHandlers: projectionHandlers({ projections }),
  };
}
