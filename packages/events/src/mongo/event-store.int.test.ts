import { eventStoreContract } from '../event-store.contract.js';
import { startTestMongo } from '../testing/embedded-mongo.js';
import { mongoEventStore, prepared } from '../testing/event-store.js';

eventStoreContract('events on the embedded MongoDB', async () => {
  const server = await startTestMongo();
  return prepared(mongoEventStore(server.url), server);
});
