import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startCommerce, migrateCommerce } from '@pcc/commerce';
import { startContent, migrateContent } from '@pcc/content';
import { connectEventBus } from '@pcc/events';
import { startInsights, migrateInsights } from '@pcc/insights';
import { generateSigningKey, migrateLearning, startLearning } from '@pcc/learning';
import { closeStack, createLogger, type Closable, type Logger } from '@pcc/platform';
import { startRouter } from '@pcc/router';
import { lockDirectory, redisPorts } from '@pcc/stores';
import { loadSecrets, prepareDataDirectory } from './data-directory.js';
import { ensureDemoAccounts } from './demo-accounts.js';
import { createDemoData } from './demo/index.js';
import type { StartConfig } from './env.js';
import { assertPortsFree } from './ports.js';
import type { Progress } from './progress.js';
import { startStores, type Stores } from './stores.js';

const insightsDatabase = 'insights';

export interface RunningPlatform extends Closable {
  /** The router's address: playground at `/`, GraphQL at `/graphql`. */
  readonly url: string;
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

    const stores = await startStores(config, stack, logger, progress);
    await progress.step('migrations', () => migrate(stores, logger));

    const secrets = await loadSecrets(config.dataDirectory, generateSigningKey);
    // Only this process signs and verifies: a fresh one each time, kept nowhere.
    const viewerSecrets = [randomBytes(32).toString('hex')];
    const redis = stack.use('redis', await redisPorts({ url: config.redisUrl, logger }));
    const bus = stack.use('event bus', await connectEventBus({ url: config.redisUrl, logger }));

    const { host } = config;
    const [learningPort, commercePort, contentPort, insightsPort] = subgraphPorts;
    const common = { host, viewerSecrets, databaseUrl: stores.databaseUrl };
    const parts = { bus, redis };
    const named = (name: string) => logger.child({ subgraph: name });
    const [learning, commerce, content, insights] = await progress.step('four subgraphs', () =>
      Promise.all([
        startLearning({
          config: { ...common, port: learningPort, signingKeys: [secrets.signingKey] },
          ...parts,
          logger: named('learning'),
        }).then((running) => stack.use('learning', running)),
        startCommerce({
          config: {
            ...common,
            port: commercePort,
            webhookSecrets: [secrets.webhookSecret],
            paymentProvider: 'sandbox',
          },
          ...parts,
          logger: named('commerce'),
        }).then((running) => stack.use('commerce', running)),
        startContent({
          config: { ...common, port: contentPort, mongoUrl: stores.mongoUrl, s3Url: stores.s3Url },
          ...parts,
          logger: named('content'),
        }).then((running) => stack.use('content', running)),
        startInsights({
          config: {
            ...common,
            port: insightsPort,
            clickhouse: stores.clickhouse,
            clickhouseDatabase: insightsDatabase,
          },
          ...parts,
          logger: named('insights'),
        }).then((running) => stack.use('insights', running)),
      ]),
    );

    const at = (port: number, path: string) => `http://${host}:${port}${path}`;
    const router = await progress.step('router', async () =>
      stack.use(
        'router',
        await startRouter({
          config: {
            host,
            port: routerPort,
            viewerSecrets,
            jwksUrl: at(learning.port, '/.well-known/jwks.json'),
            subgraphs: {
              learning: at(learning.port, '/graphql'),
              commerce: at(commerce.port, '/graphql'),
              content: at(content.port, '/graphql'),
              insights: at(insights.port, '/graphql'),
            },
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
    return { url, close: () => stack.close() };
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

/** One after the other: the embedded Postgres has one session. */
async function migrate(stores: Stores, logger: Logger): Promise<void> {
  const { databaseUrl } = stores;
  await migrateLearning({ databaseUrl, logger });
  await migrateCommerce({ databaseUrl, logger });
  await migrateContent({ databaseUrl, mongoUrl: stores.mongoUrl, s3Url: stores.s3Url, logger });
  await migrateInsights({
    config: { databaseUrl, clickhouse: stores.clickhouse, clickhouseDatabase: insightsDatabase },
    logger,
  });
}
