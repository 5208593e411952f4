import { PrismaPg } from '@prisma/adapter-pg';
import { operatorRoutes, postgresOutbox, startRelay, type EventBus } from '@pcc/events';
import {
  closeStack,
  createMetrics,
  viewerVerifier,
  type Clock,
  type Closable,
  type Logger,
} from '@pcc/platform';
import { startSubgraphServer } from '@pcc/platform/graphql';
import { connectClickHouse, type RedisPorts } from '@pcc/stores';
import { createContainer } from './container.js';
import { createContext } from './context.js';
import type { InsightsConfig } from './env.js';
import { apiPerformanceRoutes } from './features/api-performance/routes.js';
import { startInsightsConsumer } from './features/ingestion/consumer.js';
import { PrismaClient } from './generated/prisma/client.js';
import { resolvers, typeDefs } from './schema.js';

export interface InsightsOptions {
  readonly config: InsightsConfig;
  readonly bus: EventBus;
  readonly redis: Pick<RedisPorts, 'pubSub'>;
  readonly logger: Logger;
  /** The time of figures such as "the last 30 days"; tests set it. */
  readonly clock?: Clock;
}

export interface RunningInsights extends Closable {
  readonly port: number;
}

const relayPollMs = 60_000;

/** Starts the subgraph on stores that `migrateInsights` has prepared. */
export async function startInsights(options: InsightsOptions): Promise<RunningInsights> {
  const { config, bus, redis, logger } = options;
  const stack = closeStack(logger);
  try {
    const adapter = new PrismaPg(
      { connectionString: config.databaseUrl, max: 5 },
      { schema: 'insights' },
    );
    const prisma = new PrismaClient({ adapter });
    stack.defer('prisma', () => prisma.$disconnect());
    const clickhouse = stack.use(
      'clickhouse',
      connectClickHouse({ ...config.clickhouse, database: config.clickhouseDatabase }),
    );
    const container = createContainer({
      prisma,
      clickhouse: clickhouse.client,
      pubSub: redis.pubSub,
      logger,
      clock: options.clock,
    });
    stack.use('dashboard notifier', container.notifier);
    stack.use('ingestion', container.ingestion);
    const consumer = await startInsightsConsumer({
      bus,
      unitOfWork: container.unitOfWork,
      projections: container.projectionHandlers,
      ingestion: container.ingestion,
      logger,
    });
    stack.use('consumer', consumer);
    // Insights emits no event yet: its relay only prunes the inbox.
    const outbox = postgresOutbox(prisma, 'insights');
    stack.use('relay', startRelay({ store: outbox, bus, logger, pollMs: relayPollMs }));
    const verifier = viewerVerifier(config.viewerSecrets);
    const server = await startSubgraphServer({
      port: config.port,
      host: config.host,
      logger,
      metrics: createMetrics('insights'),
      typeDefs,
      resolvers,
      verifier,
      stores: [
        { name: 'postgres', ping: async () => void (await prisma.$queryRaw`SELECT 1`) },
        { name: 'clickhouse', ping: () => clickhouse.ping() },
      ],
      createContext: createContext(container.services),
      routes: {
        ...operatorRoutes({ verifier, consumer, outbox }),
        ...apiPerformanceRoutes({ verifier, apiPerformance: container.services.apiPerformance }),
      },
    });
    stack.use('server', server);
    return { port: server.port, close: () => stack.close() };
  } catch (error) {
    await stack.close();
    throw error;
  }
}
