import { inProcessEventBus } from '@pcc/events';
import { closeOnSignal, ConfigError, createLogger } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { readProcessEnv } from './env.js';
import { startLearning } from './start.js';

/** The learning subgraph as a process of its own. */
const { config, redisUrl, logLevel } = readProcessEnv();
const logger = createLogger({ name: 'learning', level: logLevel });
if (redisUrl !== undefined) {
  throw new ConfigError(['REDIS_URL: events do not cross processes yet; run `npm start`']);
}
const redis = await redisPorts({ logger });
const bus = inProcessEventBus({ groups: ['learning'] });
const learning = await startLearning({ config, bus, redis, logger });
logger.info({ port: learning.port }, 'learning is up');
closeOnSignal(learning, logger);
