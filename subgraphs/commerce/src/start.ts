import {
  operatorRoutes,
  postgresOutbox,
  startConsumer,
  startRelay,
  type EventBus,
  type OperatorRoutesOptions,
} from '@pcc/events';
import {
  closeStack,
  ConfigError,
  createMetrics,
  systemClock,
  viewerVerifier,
  type Clock,
  type Closable,
  type CloseStack,
  type Logger,
  startWorker,
} from '@pcc/platform';
import { loadTypeDefs, startSubgraphServer } from '@pcc/platform/graphql';
import { createContainer, type Container, type Wakers } from './container.js';
import { createContext } from './context.js';
import { openDatabase, schemaName } from './database.js';
import type { CommerceConfig } from './env.js';
import { couponResolvers } from './features/coupon/resolvers.js';
import { orderResolvers } from './features/order/resolvers.js';
import { stripeWebhook } from './features/payment/webhook.js';
import { priceResolvers } from './features/price/resolvers.js';
import { refundResolvers } from './features/refund/resolvers.js';
import type { PrismaClient } from './generated/prisma/client.js';
import { webhookDeliveries } from './provider/sandbox/deliveries.js';
import { sandboxRoutes } from './provider/sandbox/routes.js';

export interface CommerceOptions {
  readonly config: CommerceConfig;
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Is told of every SQL statement; tests count them. */
  readonly onQuery?: (sql: string) => void;
}

export interface RunningCommerce extends Closable {
  readonly port: number;
}

export const commerceTypeDefs = () => loadTypeDefs(new URL('./features/', import.meta.url));
export const commerceResolvers = [priceResolvers, couponResolvers, orderResolvers, refundResolvers];

const webhookPath = '/webhooks/stripe';
const retryPollMs = 1_000;
const sweepPollMs = 30_000;

interface Parts {
  readonly config: CommerceConfig;
  readonly prisma: PrismaClient;
  readonly container: Container;
  readonly wakers: Wakers;
  readonly logger: Logger;
  readonly stack: CloseStack;
}

type Events = Pick<OperatorRoutesOptions, 'consumer' | 'outbox'>;

/**
 * Starts the subgraph on a migrated database. `close` takes no new work, lets the work under way end, and
 * leaves what is due in its tables for the next start.
 * @throws ConfigError without a webhook secret; the system's EADDRINUSE when the port is taken
 */
export async function startCommerce(options: CommerceOptions): Promise<RunningCommerce> {
  const { config, bus, logger, clock = systemClock } = options;
  if (config.webhookSecrets.length === 0) throw new ConfigError(['a webhook secret is missing']);
  const stack = closeStack(logger);
  try {
    const prisma = openDatabase(config.databaseUrl, options.onQuery);
    stack.defer('database', () => prisma.$disconnect());
    const nobody = () => undefined;
    const wakers: Wakers = { relay: nobody, refunds: nobody, deliveries: nobody };
    let address = config.publicUrl ?? '';
    const publicUrl = () => address;
    const container = createContainer({ prisma, publicUrl, wakers, clock, logger });
    const parts: Parts = { config, prisma, container, wakers, logger, stack };
    const events = await joinBus(parts, bus);
    const port = await listen(parts, events);
    const loopback = `http://${loopbackOf(config.host)}:${port}`;
    address = config.publicUrl ?? loopback;
    startWorkers(parts, loopback);
    return { port, close: () => stack.close() };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

async function joinBus(
  { container, prisma, wakers, logger, stack }: Parts,
  bus: EventBus,
): Promise<Events> {
  const { transactions, handlers } = container;
  const options = { group: 'commerce', bus, unitOfWork: transactions, handlers, logger };
  const consumer = stack.use('event consumer', await startConsumer(options));
  const outbox = postgresOutbox(prisma, schemaName);
  const relay = stack.use('event relay', startRelay({ store: outbox, bus, logger }));
  wakers.relay = () => relay.wake();
  return { consumer, outbox };
}

async function listen(
  { config, container, prisma, logger, stack }: Parts,
  events: Events,
): Promise<number> {
  const { services, payments, paymentSandbox } = container;
  const verifier = viewerVerifier(config.viewerSecrets);
  const server = await startSubgraphServer({
    host: config.host,
    port: config.port,
    logger,
    metrics: createMetrics('commerce'),
    typeDefs: commerceTypeDefs(),
    resolvers: commerceResolvers,
    verifier,
    stores: [{ name: 'postgres', ping: async () => void (await prisma.$queryRaw`SELECT 1`) }],
    createContext: createContext(services),
    routes: {
      ...operatorRoutes({ verifier, ...events }),
      [webhookPath]: stripeWebhook({
        payments,
        secrets: config.webhookSecrets,
        provider: paymentSandbox.provider.name,
      }),
      '/sandbox/*': sandboxRoutes(paymentSandbox),
    },
  });
  stack.use('server', server);
  return server.port;
}

function startWorkers(parts: Parts, loopback: string): void {
  const { config, container, prisma, wakers, logger, stack } = parts;
  const { services, paymentSandbox } = container;
  const work = (name: string, pollMs: number, step: () => Promise<boolean>) => {
    const worker = stack.use(name, startWorker({ name, step, pollMs, logger }));
    return () => worker.wake();
  };
  const deliveries = webhookDeliveries({
    database: prisma,
    webhookUrl: loopback + webhookPath,
    secret: config.webhookSecrets[0] ?? '',
    logger,
  });
  wakers.deliveries = work('sandbox webhooks', retryPollMs, () => deliveries.deliverDue());
  wakers.refunds = work('refunds', retryPollMs, () => services.refunds.submitDue());
  work('order expiry', sweepPollMs, () => services.orders.expireDue());
  work('sandbox expiry', sweepPollMs, () => paymentSandbox.expireDue());
}

/** A server that listens everywhere is reached on loopback. */
const loopbackOf = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};
