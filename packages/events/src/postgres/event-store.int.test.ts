import { startTestPostgres } from '@pcc/stores/testing';
import { eventStoreContract } from '../event-store.contract.js';
import { postgresEventStore } from '../testing/event-store.js';

eventStoreContract('events on the embedded PostgreSQL', async () => {
  const postgres = await startTestPostgres();
  const store = postgresEventStore(postgres.url);
  await store.prepare();
  return {
    ...store,
    close: async () => {
      await store.close();
      await postgres.close();
    },
  };
});
