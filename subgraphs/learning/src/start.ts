import {
  operatorRoutes,
  postgresOutbox,
  postgresUnitOfWork,
  startConsumer,
  startRelay,
  type EventBus,
} from '@pcc/events';
import {
  closeStack,
  createMetrics,
  sendJson,
  systemClock,
  viewerVerifier,
  type Clock,
  type Closable,
  type Logger,
  type Result,
  type Role,
} from '@pcc/platform';
import { loadTypeDefs, startSubgraphServer } from '@pcc/platform/graphql';
import { connectObjectStorage, type RedisPorts } from '@pcc/stores';
import type { LearningConfig } from './config.js';
import { createHandlers, createServices } from './container.js';
import { createContext, type Context } from './context.js';
import { connectDatabase, schema, type Database } from './database.js';
import { operatorAdminRoute } from './admin-route.js';
import { certificatePageRoute } from './features/certificate/page-route.js';
import { composer } from './features/mail/compose.js';
import { linkTokens as createLinkTokens } from './features/mail/link-token.js';
import { mailbox } from './features/mail/mailbox.js';
import { smtpMailer } from './features/mail/smtp-mailer.js';
import { startMailWorker } from './features/mail/worker.js';
import { createAccessTokens } from './features/session/access-token.js';
import { createJobs } from './jobs.js';
import { resolvers } from './resolvers.js';
import { startScheduler } from './scheduler.js';

export interface LearningOptions {
  readonly config: LearningConfig;
  readonly bus: EventBus;
  readonly redis: RedisPorts;
  readonly logger: Logger;
  /** Tests set the time. */
  readonly clock?: Clock;
  /** Is told of every SQL statement; tests count them. */
  readonly onQuery?: (sql: string) => void;
  /** Whether jobs run by themselves; tests run them by hand. */
  readonly runsJobs?: boolean;
}

export interface RunningLearning extends Closable {
  readonly port: number;
  /** Makes an account of any role, without a mail: for the demo and for tests. */
  createAccount(account: {
    readonly email: string;
    readonly password: string;
    readonly displayName: string;
    readonly role: Role;
  }): Promise<Result<{ readonly id: string }>>;
  /** Makes an admin out of an address: what `npm run admin` asks for. */
  readonly makeAdmin: ReturnType<typeof createServices>['makeAdmin'];
  /** Runs a job of jobs.ts now. */
  runJob(name: string): Promise<void>;
}

/** Starts the subgraph over a migrated schema. `close` ends it in reverse order. */
export async function startLearning(options: LearningOptions): Promise<RunningLearning> {
  const { config, bus, redis, logger, clock = systemClock } = options;
  const stack = closeStack(logger);
  try {
    const accessTokens = await createAccessTokens(config.signingKeys, clock);
    const prisma = connectDatabase(config.databaseUrl, options.onQuery);
    stack.defer('postgres', () => prisma.$disconnect());
    let wake = () => undefined as void;
    let wakeMailWorker = () => undefined as void;
    const linkTokens = createLinkTokens(accessTokens.deriveKeys('links in mails'));
    const unitOfWork = postgresUnitOfWork<Database>({
      prisma,
      schema,
      onEvents: () => wake(),
      logger,
      clock,
    });
    const storage = stack.use('object storage', connectObjectStorage({ url: config.s3Url }));
    const services = createServices({
      database: prisma,
      unitOfWork,
      live: redis.sessions,
      accessTokens,
      linkTokens,
      wakeMailWorker: () => wakeMailWorker(),
      storage,
      verificationUrl: config.verificationUrl,
      logger,
      clock,
    });
    await services.sessions.reload();
    const handlers = createHandlers(services);
    const consumer = stack.use(
      'consumer',
      await startConsumer({ group: 'learning', bus, unitOfWork, handlers, logger }),
    );
    const outbox = postgresOutbox(prisma, schema);
    const relay = stack.use('relay', startRelay({ store: outbox, bus, logger }));
    wake = () => relay.wake();
    const { smtp, publicUrl } = config;
    const box = mailbox();
    const mailWorker = startMailWorker({
      database: prisma,
      mailer: smtp === undefined ? box : smtpMailer(smtp),
      compose: composer(linkTokens, publicUrl),
      sweep: () => services.mails.sweep(),
      clock,
      logger,
    });
    stack.use('mail worker', mailWorker);
    wakeMailWorker = () => mailWorker.wake();
    const metrics = createMetrics('learning');
    const jobs = createJobs(services);
    const scheduler = stack.use(
      'scheduler',
      startScheduler({
        jobs,
        runsAlone: options.runsJobs ?? true,
        lock: redis.lock,
        logger,
        metrics,
      }),
    );
    const verifier = viewerVerifier(config.viewerSecrets);
    const server = stack.use(
      'server',
      await startSubgraphServer<Context>({
        ...config,
        logger,
        metrics,
        typeDefs: loadTypeDefs(new URL('./features/', import.meta.url)),
        resolvers,
        verifier,
        stores: [
          { name: 'postgres', ping: async () => void (await prisma.$queryRaw`SELECT 1`) },
          { name: 'redis', ping: () => redis.ping() },
        ],
        createContext: (request) => createContext(services, request),
        routes: {
          ...operatorRoutes({ verifier, consumer, outbox }),
          ...operatorAdminRoute({ verifier, makeAdmin: services.makeAdmin, publicUrl }),
          ...(smtp === undefined ? { '/mailbox': box.route } : {}),
          ...certificatePageRoute({
            certificates: services.certificates,
            rateLimiter: redis.rateLimiter,
          }),
          '/.well-known/jwks.json': (_request, response) =>
            sendJson(response, 200, accessTokens.jwks),
        },
      }),
    );
    return {
      port: server.port,
      createAccount: (account) => services.accounts.createAccount(account),
      makeAdmin: services.makeAdmin,
      runJob: (name) => scheduler.run(name),
      close: () => stack.close(),
    };
  } catch (error) {
    await stack.close();
    throw error;
  }
}
