import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connectEventBus } from '@pcc/events';
import { closeStack, createLogger, type Closable, type Logger } from '@pcc/platform';
import { lockDirectory, redisPorts } from '@pcc/stores';
import { loadSecrets, prepareDataDirectory, writePrivateFile } from './data-directory.js';
import { ensureDemoAccounts } from './demo-accounts.js';
import { createDemoData } from './demo/index.js';
import type { StartConfig } from './env.js';
import type * as partsModule from './parts.js';
import { assertPortsFree } from './ports.js';
import type { Progress } from './progress.js';
import { startStores, type Stores } from './stores.js';

type Parts = typeof partsModule;

const insightsDatabase = 'insights';

export interface RunningPlatform extends Closable {
  /** The router's address: playground at `/`, GraphQL at `/graphql`. */
  readonly url: string;
  /** Where the mails are that would be sent otherwise; `null` when they are. */
  readonly mailboxUrl: string | null;
}

/**
 * Starts everything in this process: stores without a URL, the four subgraphs, the router. They speak real
 * HTTP to each other over loopback, as they do when each is a process of its own.
 * @throws ConfigError, StoreError: one clear line each; nothing stays open then
 */
export async function startPlatform(
  config: StartConfig,
  progress: Progress,
): Promise<RunningPlatform> {
  const logger = createLogger({ name: 'platform', level: config.logLevel });
  const stack = closeStack(logger);
  try {
    await prepareDataDirectory(config.dataDirectory);
    stack.use('data directory', await lockDirectory(config.dataDirectory));
    const [routerPort, ...subgraphPorts] = portsFrom(config.port);
    await assertPortsFree([routerPort, ...subgraphPorts], config.host);

    // Loading the subgraphs and the router takes this thread a second; Postgres starts on another meanwhile.
    const [stores, parts] = await Promise.all([
      startStores(config, stack, logger, progress),
      import('./parts.js'),
    ]);
    await progress.step('migrations', () => migrate(parts, stores, logger));

    const secrets = await loadSecrets(config.dataDirectory, parts.generateSigningKey);
    // Only this process signs and verifies, and an operator's command while it runs: a fresh one each time.
    const viewerSecret = randomBytes(32).toString('hex');
    const viewerSecrets = [viewerSecret];
    const redis = stack.use('redis', await redisPorts({ url: config.redisUrl, logger }));
    const bus = stack.use(
      'event bus',
      await connectEventBus({ url: config.redisUrl, cache: redis.cache, logger }),
    );

    const { host } = config;
    const [learningPort, commercePort, contentPort, insightsPort] = subgraphPorts;
    const common = { host, viewerSecrets, databaseUrl: stores.databaseUrl };
    const shared = { bus, redis };
    const named = (name: string) => logger.child({ subgraph: name });
    const [learning, commerce, content, insights] = await progress.step('four subgraphs', () =>
      Promise.all([
        parts
          .startLearning({
            config: {
              ...common,
              port: learningPort,
              signingKeys: [secrets.signingKey],
              smtp: config.smtp,
              publicUrl: config.publicUrl,
              s3Url: stores.s3Url,
              verificationUrl: `http://${host}:${learningPort}/certificates/{code}`,
            },
            ...shared,
            logger: named('learning'),
          })
          .then((running) => stack.use('learning', running)),
        parts
          .startCommerce({
            config: {
              ...common,
              port: commercePort,
              webhookSecrets: [secrets.webhookSecret],
              paymentProvider: 'sandbox',
            },
            ...shared,
            logger: named('commerce'),
          })
          .then((running) => stack.use('commerce', running)),
        parts
          .startContent({
            config: {
              ...common,
              port: contentPort,
              mongoUrl: stores.mongoUrl,
              s3Url: stores.s3Url,
            },
            ...shared,
            logger: named('content'),
          })
          .then((running) => stack.use('content', running)),
        parts
          .startInsights({
            config: {
              ...common,
              port: insightsPort,
              clickhouse: stores.clickhouse,
              clickhouseDatabase: insightsDatabase,
            },
            ...shared,
            logger: named('insights'),
          })
          .then((running) => stack.use('insights', running)),
      ]),
    );

    const at = (port: number, path: string) => `http://${host}:${port}${path}`;
    const subgraphs = {
      learning: at(learning.port, '/graphql'),
      commerce: at(commerce.port, '/graphql'),
      content: at(content.port, '/graphql'),
      insights: at(insights.port, '/graphql'),
    };
    const operatorFile = join(config.dataDirectory, 'operator.json');
    stack.defer('operator file', () => rm(operatorFile, { force: true }));
    const mailboxUrl = config.smtp === undefined ? at(learning.port, '/mailbox') : null;
    await writePrivateFile(operatorFile, { subgraphs, viewerSecret, mailboxUrl });
    const router = await progress.step('router', async () =>
      stack.use(
        'router',
        await parts.startRouter({
          config: {
            host,
            port: routerPort,
            viewerSecrets,
            jwksUrl: at(learning.port, '/.well-known/jwks.json'),
            subgraphs,
            tracing: config.tracing,
            lastGoodSupergraphFile: join(config.dataDirectory, 'supergraph.graphql'),
          },
          redis,
          logger: named('router'),
        }),
      ),
    );
    const url = `http://${host}:${router.port}`;
    if (config.demoData) {
      const accounts = await ensureDemoAccounts(config.dataDirectory, learning, progress);
      await createDemoData({ url, accounts, progress });
    }
    return { url, mailboxUrl, close: () => stack.close() };
  } catch (error) {
    await stack.close();
    throw error;
  }
}

/** The router's port and the four behind it; all zero when the system is to choose. */
function portsFrom(first: number): [number, number, number, number, number] {
  const port = (offset: number) => (first === 0 ? 0 : first + offset);
  return [port(0), port(1), port(2), port(3), port(4)];
}

async function migrate(parts: Parts, stores: Stores, logger: Logger): Promise<void> {
  const { databaseUrl, mongoUrl, s3Url, clickhouse } = stores;
  await Promise.all([
    parts.migrateLearning({ databaseUrl, logger }),
    parts.migrateCommerce({ databaseUrl, logger }),
    parts.migrateContent({ databaseUrl, mongoUrl, s3Url, logger }),
    parts.migrateInsights({
      config: { databaseUrl, clickhouse, clickhouseDatabase: insightsDatabase },
      logger,
    }),
  ]);
}
