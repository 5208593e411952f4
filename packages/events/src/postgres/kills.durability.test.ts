import { serviceUrls, startPostgresServer } from '@pcc/testkit';
import { describe } from 'vitest';
import { killContract } from '../kills.contract.js';
import { postgresEventStore } from '../testing/event-store.js';
import { inProcessKillPoints } from '../testing/kill-points.js';
import { startTestRedis } from '../testing/redis-server.js';

const { redisProgram } = serviceUrls();

async function open(redis?: { readonly url: string; close(): Promise<void> }) {
  const postgres = await startPostgresServer();
  const store = postgresEventStore(postgres.url);
  await store.prepare();
  return {
    store,
    at: { kind: 'postgres' as const, url: postgres.url },
    redisUrl: redis?.url,
    async close() {
      await store.close();
      await postgres.close();
      await redis?.close();
    },
  };
}

killContract('PostgreSQL and the bus within the process', open, inProcessKillPoints);

describe.skipIf(redisProgram === undefined)('with TEST_REDIS_SERVER', () => {
  killContract('PostgreSQL and the bus on Redis Streams', async () =>
    open(await startTestRedis(redisProgram ?? '')),
  );
});
