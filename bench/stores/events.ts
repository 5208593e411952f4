import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  inProcessEventBus,
  redisEventBus,
  startConsumer,
  startRelay,
  type EventBus,
} from '@pcc/events';
import { postgresEventStore } from '@pcc/events/testing';
import { silentLogger, type CloseStack } from '@pcc/platform';
import { postgresTemplateDirectory, startEmbeddedPostgres } from '@pcc/stores';
import { serviceUrls, startPostgresServer, testDirectory } from '@pcc/testkit';
import type { Operation } from '../lib/measure.js';
import type { StoreBenchmark } from './store-benchmark.js';

const group = 'bench';
const batch = 50;

/** From a row in the outbox to its effect elsewhere: embedded in one process, else PostgreSQL and a Redis stream. */
export const events: StoreBenchmark = {
  store: 'events',
  async embedded(stack) {
    const directory = stack.use('directory', await testDirectory());
    const engine = await startEmbeddedPostgres({
      directory: join(directory.path, 'postgres'),
      templateDirectory: postgresTemplateDirectory(),
      logger: silentLogger,
    });
    const { url } = stack.use('postgres', engine);
    return operations(url, inProcessEventBus({ groups: [group] }), stack);
  },
  async server(stack) {
    const { redis } = serviceUrls();
    if (redis === undefined) return undefined;
    const { url } = stack.use('server', await startPostgresServer());
    const bus = await redisEventBus({
      url: redis,
      groups: [group],
      logger: silentLogger,
      stream: `bench:${randomUUID()}`,
    });
    return operations(url, bus, stack);
  },
};

async function operations(url: string, bus: EventBus, stack: CloseStack): Promise<Operation[]> {
  const store = stack.use('store', postgresEventStore(url));
  await store.prepare();
  stack.use('bus', bus);
  const waiting = new Map<string, () => void>();
  const consumer = await startConsumer({
    group,
    bus,
    unitOfWork: store.unitOfWork(),
    logger: silentLogger,
    handlers: {
      'session.started': async ({ aggregateId }, { afterCommit }) =>
        afterCommit(() => waiting.get(aggregateId)?.()),
    },
  });
  stack.use('consumer', consumer);
  const relay = stack.use('relay', startRelay({ store: store.outbox, bus, logger: silentLogger }));
  const work = store.unitOfWork(() => relay.wake());

  const emit = (count: number) => {
    const ids = Array.from({ length: count }, () => randomUUID());
    const handled = ids.map(
      (id) =>
        new Promise<void>((resolve) =>
          waiting.set(id, () => {
            waiting.delete(id);
            resolve();
          }),
        ),
    );
    const written = work.run(async ({ emit: write }) => {
      for (const id of ids) {
        const data = { userId: id, sessionId: id };
        await write('session.started', { aggregateId: id, data });
      }
    });
    return Promise.all([written, ...handled]);
  };
  return [
    { name: 'one event, until its effect is committed', times: 200, run: () => emit(1) },
    {
      name: `${batch} events of a transaction, likewise (events)`,
      times: 30,
      size: batch,
      run: () => emit(batch),
    },
  ];
}
