import { connectEventBus } from '@pcc/events';
import { closeOnSignal, closeStack, createLogger, runMain } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { readInsightsEnv } from './env.js';
import { startInsights } from './start.js';

/** The insights subgraph as a process of its own. */
await runMain(async () => {
  const { config, redisUrl, logLevel } = readInsightsEnv();
  const logger = createLogger({ name: 'insights', level: logLevel });
  const stack = closeStack(logger);
  const redis = stack.use('redis', await redisPorts({ url: redisUrl, logger }));
  const { cache } = redis;
  const bus = stack.use('event bus', await connectEventBus({ url: redisUrl, cache, logger }));
  const insights = stack.use('insights', await startInsights({ config, bus, redis, logger }));
  closeOnSignal(stack, logger);
  logger.info({ port: insights.port }, 'insights is up');
});
