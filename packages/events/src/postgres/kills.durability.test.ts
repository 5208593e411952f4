import { serviceUrls, startPostgresServer } from '@pcc/testkit';
import { describe } from 'vitest';
import { killContract } from '../kills.contract.js';
import { postgresEventStore, prepared } from '../testing/event-store.js';
import { inProcessKillPoints } from '../testing/kill-points.js';
import { startTestRedis } from '../testing/redis-server.js';

const { redisProgram = '' } = serviceUrls();

const open = async () => {
  const server = await startPostgresServer();
  const store = await prepared(postgresEventStore(server.url), server);
  return { store, at: { kind: 'postgres' as const, url: server.url } };
};

killContract('PostgreSQL and the bus within the process', open, inProcessKillPoints);

describe.skipIf(redisProgram === '')('with TEST_REDIS_SERVER', () => {
  killContract('PostgreSQL and the bus on Redis Streams', async () => ({
    ...(await open()),
    redis: await startTestRedis(redisProgram),
  }));
});
