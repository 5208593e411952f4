import { setTimeout as sleep } from 'node:timers/promises';
import { newId, silentLogger as logger } from '@pcc/platform';
import { Redis } from 'ioredis';
import type { EventBus } from '../bus.js';
import { startConsumer } from '../consumer.js';
import { inProcessEventBus } from '../in-process/bus.js';
import { redisEventBus } from '../redis-streams/bus.js';
import { startRelay } from '../relay.js';
import { mongoEventStore, postgresEventStore, type EventStore } from './event-store.js';
import { killGroup as group, type KillChildOptions } from './kill-options.js';
import { stopAt, watchedBus, watchedOutbox, type Reach } from './kill-points.js';

/** A process of the kill suite: emits, relays and consumes until it is killed. */
const options = JSON.parse(process.argv[2] ?? '') as KillChildOptions;
const { roles } = options;
/** Every so many events one that no handler can take. */
const badEvery = 4;

async function openBus(reach: Reach): Promise<EventBus> {
  const retries = { attempts: 2, backoffMs: 1 };
  if (options.redisUrl === undefined) return inProcessEventBus({ groups: [group], ...retries });
  watchAcknowledgements(reach);
  return redisEventBus({
    url: options.redisUrl,
    groups: [group],
    logger,
    reclaimAfterMs: 500,
    trimEveryMs: 100,
    ...retries,
  });
}

/** Acknowledging is the reader's own affair, so its connection is asked. */
function watchAcknowledgements(reach: Reach): void {
  type Acknowledge = (this: unknown, ...values: unknown[]) => Promise<number>;
  const connections = Redis.prototype as unknown as { xack: Acknowledge };
  const { xack } = connections;
  connections.xack = async function (...values) {
    const count = await xack.apply(this, values);
    reach('acknowledged');
    return count;
  };
}

/** At work, so that a kill meets it there. */
const sayReady = () => process.stdout.write('ready\n');

async function run<Transaction>(store: EventStore<Transaction>): Promise<void> {
  const reach = stopAt(options.killPoint, options.nth);
  const bus = watchedBus(await openBus(reach), reach);
  let wake = () => undefined as void;
  const unitOfWork = store.unitOfWork(() => wake());
  if (roles.includes('consume')) {
    await startConsumer({
      group,
      bus,
      unitOfWork,
      logger,
      handlers: {
        'session.started': async (event, { transaction }) => {
          await store.note(transaction, 'effect', event.aggregateId);
          if (event.aggregateId.startsWith('bad')) throw new Error('nobody can take this');
          reach('effect written, not committed');
        },
      },
    });
  }
  if (roles.includes('relay')) {
    const outbox = watchedOutbox(store.outbox, reach);
    const relay = startRelay({ store: outbox, bus, logger, pollMs: 20, leaseMs: 500 });
    wake = () => relay.wake();
  }
  if (!roles.includes('emit')) sayReady();
  for (let count = 1; roles.includes('emit'); count++) {
    const userId = `${count % badEvery === 0 ? 'bad' : 'good'} ${newId()}`;
    await unitOfWork.run(async ({ transaction, emit }) => {
      await store.note(transaction, 'emitted', userId);
      await emit('session.started', { aggregateId: userId, data: { userId, sessionId: userId } });
      reach('emitted, not committed');
    });
    reach('emitted and committed');
    if (count === 1) sayReady();
    await sleep(10);
  }
}

const { kind, url } = options.store;
await (kind === 'postgres' ? run(postgresEventStore(url)) : run(mongoEventStore(url)));
