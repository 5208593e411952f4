import { join } from 'node:path';
import { silentLogger } from '@pcc/platform';
import { startEmbeddedMongo } from '@pcc/stores';
import { testDirectory } from '@pcc/testkit';
import { eventStoreContract } from '../event-store.contract.js';
import { mongoEventStore } from '../testing/event-store.js';

eventStoreContract('events on the embedded MongoDB', async () => {
  const directory = await testDirectory();
  const server = await startEmbeddedMongo({
    directory: join(directory.path, 'mongo'),
    logger: silentLogger,
    path: '',
  });
  const store = mongoEventStore(server.url);
  await store.prepare();
  return {
    ...store,
    close: async () => {
      await store.close();
      await server.close();
      await directory.close();
    },
  };
});
