import { serviceUrls } from '@pcc/testkit';
import { describe } from 'vitest';
import { killContract } from '../kills.contract.js';
import { startTestMongo } from '../testing/embedded-mongo.js';
import { mongoEventStore, prepared } from '../testing/event-store.js';
import { inProcessKillPoints } from '../testing/kill-points.js';
import { startTestRedis } from '../testing/redis-server.js';

const { redisProgram = '' } = serviceUrls();

const open = async () => {
  const server = await startTestMongo();
  const store = await prepared(mongoEventStore(server.url), server);
  return { store, at: { kind: 'mongo' as const, url: server.url } };
};

killContract('MongoDB and the bus within the process', open, inProcessKillPoints);

describe.skipIf(redisProgram === '')('with TEST_REDIS_SERVER', () => {
  killContract('MongoDB and the bus on Redis Streams', async () => ({
    ...(await open()),
    redis: await startTestRedis(redisProgram),
  }));
});
