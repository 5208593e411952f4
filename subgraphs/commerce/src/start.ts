import {
  postgresOutbox,
  postgresUnitOfWork,
  startConsumer,
  startRelay,
  type EventBus,
} from '@pcc/events';
import {
  closeStack,
  createMetrics,
  systemClock,
  viewerVerifier,
  type Clock,
  type Closable,
  type Logger,
} from '@pcc/platform';
import { loadTypeDefs, startSubgraphServer } from '@pcc/platform/graphql';
import { createContainer } from './container.js';
import { createContext } from './context.js';
import { openDatabase, schemaName, type Database } from './database.js';
import type { CommerceConfig } from './env.js';
import { couponResolvers } from './features/coupon/resolvers.js';
import { orderResolvers } from './features/order/resolvers.js';
import { stripeWebhook } from './features/payment/webhook.js';
import { priceResolvers } from './features/price/resolvers.js';
import { refundResolvers } from './features/refund/resolvers.js';
import { webhookDeliveries } from './provider/sandbox/deliveries.js';
import { sandboxRoutes } from './provider/sandbox/routes.js';
import { sandbox } from './provider/sandbox/sandbox.js';
import { startWorker, type Worker } from './worker.js';

export interface CommerceOptions {
  readonly config: CommerceConfig;
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly clock?: Clock;
}

export interface RunningCommerce extends Closable {
  readonly port: number;
}

export const commerceTypeDefs = () => loadTypeDefs(new URL('./features/', import.meta.url));
export const commerceResolvers = [priceResolvers, couponResolvers, orderResolvers, refundResolvers];

const consumerGroup = 'commerce';
const retryPollMs = 1_000;
const sweepPollMs = 30_000;

/**
 * Starts the subgraph on a migrated database. `close` takes no new work, lets the work under way end, and
 * leaves what is due in its tables for the next start.
 */
export async function startCommerce(options: CommerceOptions): Promise<RunningCommerce> {
  const { config, bus, logger, clock = systemClock } = options;
  const stack = closeStack(logger);
  try {
    const port = await open(config, bus, logger, clock, stack);
    return { port, close: () => stack.close() };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

async function open(
  config: CommerceConfig,
  bus: EventBus,
  logger: Logger,
  clock: Clock,
  stack: ReturnType<typeof closeStack>,
): Promise<number> {
  const prisma = openDatabase(config.databaseUrl);
  stack.defer('database', () => prisma.$disconnect());
  const wakers: { relay?: () => void; refunds?: () => void; deliveries?: () => void } = {};
  const transactions = postgresUnitOfWork<Database>({
    prisma,
    schema: schemaName,
    onEvents: () => wakers.relay?.(),
    logger,
    clock,
  });

  const pretender = sandbox({
    database: prisma,
    transactions,
    onDelivery: () => wakers.deliveries?.(),
    clock,
  });
  let address = config.publicUrl ?? '';
  const { services, payments, handlers } = createContainer({
    database: prisma,
    transactions,
    provider: pretender.provider,
    publicUrl: () => address,
    onRefundRequested: () => wakers.refunds?.(),
    clock,
    logger,
  });

  stack.use(
    'event consumer',
    await startConsumer({
      group: consumerGroup,
      bus,
      unitOfWork: transactions,
      handlers,
      logger,
    }),
  );
  const relay = startRelay({ store: postgresOutbox(prisma, schemaName), bus, logger });
  stack.use('event relay', relay);
  wakers.relay = relay.wake;

  const server = await startSubgraphServer({
    host: config.host,
    port: config.port,
    logger,
    metrics: createMetrics('commerce'),
    typeDefs: commerceTypeDefs(),
    resolvers: commerceResolvers,
    verifier: viewerVerifier(config.viewerSecrets),
    stores: [{ name: 'postgres', ping: async () => void (await prisma.$queryRaw`SELECT 1`) }],
    createContext: createContext(services),
    routes: {
      '/webhooks/stripe': stripeWebhook({
        payments,
        secrets: config.webhookSecrets,
        provider: pretender.provider.name,
      }),
      '/sandbox/*': sandboxRoutes(pretender),
    },
  });
  stack.use('server', server);
  const loopback = `http://${loopbackOf(config.host)}:${server.port}`;
  address = config.publicUrl ?? loopback;

  const work = (name: string, pollMs: number, step: () => Promise<boolean>): Worker =>
    stack.use(name, startWorker({ name, step, pollMs, logger }));
  const { deliverDue } = webhookDeliveries({
    database: prisma,
    webhookUrl: `${loopback}/webhooks/stripe`,
    secret: config.webhookSecrets[0] ?? '',
    logger,
  });
  wakers.deliveries = work('sandbox webhooks', retryPollMs, deliverDue).wake;
  wakers.refunds = work('refunds', retryPollMs, services.refunds.submitDue).wake;
  work('order expiry', sweepPollMs, services.orders.expireDue);
  work('sandbox expiry', sweepPollMs, pretender.expireDue);
  return server.port;
}

/** A server that listens everywhere is reached on loopback. */
const loopbackOf = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};
