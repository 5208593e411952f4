import { connectEventBus } from '@pcc/events';
import { closeOnSignal, closeStack, createLogger, runMain } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { readCommerceEnv } from './env.js';
import { startCommerce } from './start.js';

/** The commerce subgraph as a process of its own. */
await runMain(async () => {
  const { config, redisUrl, logLevel } = readCommerceEnv();
  const logger = createLogger({ name: 'commerce', level: logLevel });
  const stack = closeStack(logger);
  const { cache } = stack.use('redis', await redisPorts({ url: redisUrl, logger }));
  const bus = stack.use('event bus', await connectEventBus({ url: redisUrl, cache, logger }));
  const commerce = stack.use('commerce', await startCommerce({ config, bus, logger }));
  closeOnSignal(stack, logger);
  logger.info({ port: commerce.port }, 'commerce is up');
});
