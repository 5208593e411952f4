import { inProcessEventBus } from '@pcc/events';
import { closeOnSignal, closeStack, ConfigError, createLogger } from '@pcc/platform';
import { readCommerceEnv } from './env.js';
import { startCommerce } from './start.js';

const config = readCommerceEnv();
if (config.redisUrl !== undefined) {
  throw new ConfigError(['REDIS_URL: events over Redis Streams are not supported yet']);
}
const logger = createLogger({ name: 'commerce', level: config.logLevel });
const stack = closeStack(logger);
const bus = stack.use('event bus', inProcessEventBus({ groups: ['commerce'] }));
const commerce = stack.use('commerce', await startCommerce({ config, bus, logger }));
closeOnSignal(stack, logger);
logger.info({ port: commerce.port }, 'commerce is up');
