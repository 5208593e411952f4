import { inProcessEventBus } from '@pcc/events';
import { closeOnSignal, closeStack, ConfigError, createLogger } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { readContentEnv } from './env.js';
import { startContent } from './start.js';

const config = readContentEnv();
if (config.redisUrl !== undefined) {
  // Between processes events need Redis Streams, whose bus comes with the next issue.
  throw new ConfigError(['REDIS_URL: this build has no event bus between processes yet']);
}
const logger = createLogger({ name: 'content', level: config.logLevel });
const stack = closeStack(logger);
const redis = stack.use('redis', await redisPorts({ logger }));
const bus = stack.use('event bus', inProcessEventBus({ groups: ['content'] }));
const content = stack.use('content', await startContent({ config, bus, redis, logger }));
closeOnSignal(stack, logger);
logger.info({ port: content.port }, 'content is ready');
