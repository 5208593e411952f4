import { inProcessEventBus } from '@pcc/events';
import { closeOnSignal, closeStack, ConfigError, createLogger } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { readInsightsEnv } from './env.js';
import { startInsights } from './start.js';

const config = readInsightsEnv();
if (config.redisUrl !== undefined) {
  throw new ConfigError(['REDIS_URL: events over Redis Streams are not supported yet']);
}
const logger = createLogger({ name: 'insights', level: config.logLevel });
const stack = closeStack(logger);
const redis = stack.use('redis', await redisPorts({ logger }));
const bus = stack.use('event bus', inProcessEventBus({ groups: ['insights'] }));
const insights = stack.use('insights', await startInsights({ config, bus, redis, logger }));
closeOnSignal(stack, logger);
logger.info({ port: insights.port }, 'insights is up');
