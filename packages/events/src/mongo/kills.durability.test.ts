import { silentLogger } from '@pcc/platform';
import { startEmbeddedMongo } from '@pcc/stores';
import { serviceUrls, testDirectory } from '@pcc/testkit';
import { describe } from 'vitest';
import { killContract } from '../kills.contract.js';
import { mongoEventStore } from '../testing/event-store.js';
import { inProcessKillPoints } from '../testing/kill-points.js';
import { startTestRedis } from '../testing/redis-server.js';

const { redisProgram } = serviceUrls();

async function open(redis?: { readonly url: string; close(): Promise<void> }) {
  const directory = await testDirectory();
  const options = { directory: directory.path, logger: silentLogger, path: '' };
  const server = await startEmbeddedMongo(options);
  const store = mongoEventStore(server.url);
  await store.prepare();
  return {
    store,
    at: { kind: 'mongo' as const, url: server.url },
    redisUrl: redis?.url,
    async close() {
      await store.close();
      await server.close();
      await redis?.close();
      await directory.close();
    },
  };
}

killContract('MongoDB and the bus within the process', open, inProcessKillPoints);

describe.skipIf(redisProgram === undefined)('with TEST_REDIS_SERVER', () => {
  killContract('MongoDB and the bus on Redis Streams', async () =>
    open(await startTestRedis(redisProgram ?? '')),
  );
});
