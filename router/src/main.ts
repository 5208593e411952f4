import { closeOnSignal, closeStack, ConfigError, createLogger } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { startRouter } from './container.js';
import { readRouterEnv, type RouterEnv } from './env.js';

/** Production entry: `node dist/main.js`. */
async function main(): Promise<void> {
  const { config, redisUrl, logLevel } = readEnvOrExit();
  const logger = createLogger({ name: 'router', level: logLevel });
  const resources = closeStack(logger);
  try {
    const redis = await redisPorts({
      ...(redisUrl === undefined ? {} : { url: redisUrl }),
      logger,
    });
    resources.use('redis', redis);
    const router = resources.use('router', await startRouter({ config, redis, logger }));
    logger.info({ port: router.port }, 'router listens');
  } catch (error) {
    logger.fatal({ err: error }, 'the router cannot start');
    await resources.close();
    process.exit(1);
  }
  closeOnSignal(resources, logger);
}

function readEnvOrExit(): RouterEnv {
  try {
    return readRouterEnv();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
}

await main();
