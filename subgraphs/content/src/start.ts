import { PrismaPg } from '@prisma/adapter-pg';
import { mongoOutbox, operatorRoutes, startConsumer, startRelay, type EventBus } from '@pcc/events';
import {
  closeStack,
  createMetrics,
  viewerVerifier,
  type Closable,
  type Logger,
  type StoreCheck,
  startWorker,
} from '@pcc/platform';
import { loadTypeDefs, startSubgraphServer } from '@pcc/platform/graphql';
import { connectMongo, connectObjectStorage, type RedisPorts } from '@pcc/stores';
import { createContainer } from './container.js';
import { createContext } from './context.js';
import { defaultMongoDatabase, type ContentConfig } from './env.js';
import { auditResolvers } from './features/audit/resolvers.js';
import { discussionResolvers } from './features/discussion/resolvers.js';
import { mediaAssetResolvers } from './features/media-asset/resolvers.js';
import {
  notificationResolvers,
  notificationSubscriptions,
} from './features/notification/resolvers.js';
import { projectionResolvers } from './features/projection/resolvers.js';
import { ratingResolvers } from './features/rating/resolvers.js';
import { PrismaClient } from './generated/prisma/client.js';

export interface ContentOptions {
  readonly config: ContentConfig;
  readonly bus: EventBus;
  readonly redis: RedisPorts;
  readonly logger: Logger;
}

export interface RunningContent extends Closable {
  readonly port: number;
}

/** The SDL of this subgraph. */
export const contentTypeDefs = () => loadTypeDefs(new URL('./features/', import.meta.url));

export const contentResolvers: readonly object[] = [
  auditResolvers,
  discussionResolvers,
  mediaAssetResolvers,
  notificationResolvers,
  notificationSubscriptions,
  projectionResolvers,
  ratingResolvers,
];

/**
 * Starts the subgraph: its consumer, outbox relay, notification worker and server. The stores must have been
 * prepared with `migrateContent`.
 */
export async function startContent(options: ContentOptions): Promise<RunningContent> {
  const { logger } = options;
  const stack = closeStack(logger);
  try {
    const port = await start(options, stack);
    return { port, close: () => stack.close() };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

async function start(
  { config, bus, redis, logger }: ContentOptions,
  stack: ReturnType<typeof closeStack>,
): Promise<number> {
  const database = config.mongoDatabase ?? defaultMongoDatabase;
  const mongo = stack.use('mongodb', await connectMongo({ url: config.mongoUrl, database }));
  const storage = stack.use('object storage', connectObjectStorage({ url: config.s3Url }));
  const prisma = connectPostgres(config.databaseUrl);
  stack.defer('postgres', () => prisma.$disconnect());

  // The container is made before what it wakes.
  const wake = { relay: () => undefined as void, worker: () => undefined as void };
  const container = createContainer({
    mongo,
    prisma,
    storage,
    redis,
    logger,
    onEvents: () => wake.relay(),
    onQueued: () => wake.worker(),
  });
  const worker = stack.use(
    'notification worker',
    startWorker({
      name: 'notifications',
      step: () => container.delivery.deliverNext(),
      pollMs: 500,
      concurrency: 4,
      logger,
    }),
  );
  wake.worker = () => worker.wake();
  const { unitOfWork, handlers } = container;
  const consumer = await startConsumer({ group: 'content', bus, unitOfWork, handlers, logger });
  stack.use('consumer', consumer);
  const outbox = mongoOutbox(mongo.db);
  const relay = stack.use('relay', startRelay({ store: outbox, bus, logger }));
  wake.relay = () => relay.wake();

  const stores: StoreCheck[] = [
    { name: 'mongodb', ping: () => mongo.ping() },
    { name: 'postgres', ping: async () => void (await prisma.$queryRaw`SELECT 1`) },
    { name: 'object-storage', ping: () => storage.ping() },
    { name: 'redis', ping: () => redis.ping() },
  ];
  const verifier = viewerVerifier(config.viewerSecrets);
  const server = await startSubgraphServer({
    port: config.port,
    host: config.host,
    logger,
    metrics: createMetrics('content'),
    typeDefs: contentTypeDefs(),
    resolvers: contentResolvers,
    verifier,
    stores,
    createContext: createContext(container.services),
    routes: operatorRoutes({ verifier, consumer, outbox }),
  });
  stack.use('server', server);
  return server.port;
}

const connectPostgres = (connectionString: string) =>
  new PrismaClient({ adapter: new PrismaPg({ connectionString, max: 5 }, { schema: 'content' }) });
