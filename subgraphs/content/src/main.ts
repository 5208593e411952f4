import { connectEventBus } from '@pcc/events';
import { closeOnSignal, closeStack, createLogger, runMain } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { readContentEnv } from './env.js';
import { startContent } from './start.js';

/** The content subgraph as a process of its own. */
await runMain(async () => {
  const { config, redisUrl, logLevel } = readContentEnv();
  const logger = createLogger({ name: 'content', level: logLevel });
  const stack = closeStack(logger);
  const redis = stack.use('redis', await redisPorts({ url: redisUrl, logger }));
  const { cache } = redis;
  const bus = stack.use('event bus', await connectEventBus({ url: redisUrl, cache, logger }));
  const content = stack.use('content', await startContent({ config, bus, redis, logger }));
  closeOnSignal(stack, logger);
  logger.info({ port: content.port }, 'content is up');
});
