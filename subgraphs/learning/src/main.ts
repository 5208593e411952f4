import { connectEventBus } from '@pcc/events';
import { closeOnSignal, closeStack, createLogger, runMain } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { readLearningEnv } from './env.js';
import { startLearning } from './start.js';

/** The learning subgraph as a process of its own. */
await runMain(async () => {
  const { config, redisUrl, logLevel } = readLearningEnv();
  const logger = createLogger({ name: 'learning', level: logLevel });
  const stack = closeStack(logger);
  const redis = stack.use('redis', await redisPorts({ url: redisUrl, logger }));
  const { cache } = redis;
  const bus = stack.use('event bus', await connectEventBus({ url: redisUrl, cache, logger }));
  const learning = stack.use('learning', await startLearning({ config, bus, redis, logger }));
  closeOnSignal(stack, logger);
  logger.info({ port: learning.port }, 'learning is up');
});
