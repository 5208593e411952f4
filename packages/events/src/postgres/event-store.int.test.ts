import { startTestPostgres } from '@pcc/stores/testing';
import { eventStoreContract } from '../event-store.contract.js';
import { postgresEventStore, prepared } from '../testing/event-store.js';

eventStoreContract('events on the embedded PostgreSQL', async () => {
  const server = await startTestPostgres();
  return prepared(postgresEventStore(server.url), server);
});
