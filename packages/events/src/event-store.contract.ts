import { silentLogger, type Closable } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventBus } from './bus.js';
import { startConsumer, type EventHandlers } from './consumer.js';
import type { AnyEvent } from './event.js';
import { deadLettersContract } from './dead-letters.contract.js';
import { inProcessEventBus } from './in-process/bus.js';
import { startRelay } from './relay.js';
import type { EventStore } from './testing/event-store.js';
import { foreignEvent, sessionStarted } from './testing/events.js';

const session = (userId: string) => ({ aggregateId: userId, data: { userId, sessionId: 's' } });
/** What every store's outbox, inbox and dead letters must do. */
export function eventStoreContract<Transaction>(
  name: string,
  open: () => Promise<EventStore<Transaction>>,
): void {
  describe(name, () => {
    let store: EventStore<Transaction>;
    const started: Closable[] = [];

    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    /** A group of its own with these handlers, and a relay, until `stop`. */
    const run = async (group: string, handlers: EventHandlers<Transaction>, relays = 1) => {
      const bus = inProcessEventBus({ groups: [group], attempts: 2, backoffMs: 1 });
      const unitOfWork = store.unitOfWork();
      const consumer = await startConsumer({
        group,
        bus,
        unitOfWork,
        handlers,
        logger: silentLogger,
      });
      const publishTwice: EventBus = {
        ...bus,
        publish: async (event) => {
          await bus.publish(event);
          await bus.publish(event);
        },
      };
      for (let index = 0; index < relays; index++) {
        const relay = startRelay({
          store: store.outbox,
          bus: index === 0 ? bus : publishTwice,
          logger: silentLogger,
          batchSize: 5,
          pollMs: 20,
        });
        started.push(relay);
      }
      started.push(consumer);
      return { consumer, unitOfWork };
    };
    const stop = async () => {
      for (const one of started.splice(0)) await one.close();
    };
    const published = () =>
      waitFor(async () => (await store.unpublished()) === 0, { what: 'an empty outbox' });

    it('commits rows and events together, or neither', async () => {
      const before = await store.unpublished();
      let woken = 0;
      const work = store.unitOfWork(() => woken++);
      await work.run(async ({ transaction, emit }) => {
        await store.note(transaction, 'row', 'kept');
        await emit('session.started', session('kept'));
      });
      const lost = work.run(async ({ transaction, emit }) => {
        await store.note(transaction, 'row', 'lost');
        await emit('session.started', session('lost'));
        throw new Error('rolled back');
      });
      await expect(lost).rejects.toThrow('rolled back');
      expect(await store.notes('row')).toEqual(['kept']);
      expect([(await store.unpublished()) - before, woken]).toEqual([1, 1]);
    });

    it('runs what was left for after the commit only after one, and survives its failure', async () => {
      const seen: string[] = [];
      await store.unitOfWork().run(async ({ afterCommit }) => {
        afterCommit(() => {
          seen.push('first');
          throw new Error('pubsub is down');
        });
        afterCommit(() => void seen.push('second'));
      });
      await store
        .unitOfWork()
        .run(async ({ afterCommit }) => {
          afterCommit(() => void seen.push('never'));
          throw new Error('rolled back');
        })
        .catch(() => undefined);
      expect(seen).toEqual(['first', 'second']);
    });

    it('has every effect once, though two relays and a retry deliver more often', async () => {
      const failedOnce = new Set<string>();
      const { unitOfWork } = await run(
        'once',
        {
          'user.registered': async (event, { transaction }) => {
            await store.note(transaction, 'once', event.aggregateId);
            // Fails after its write the first time: the write must be rolled back with the inbox row.
            if (!failedOnce.has(event.eventId)) {
              failedOnce.add(event.eventId);
              throw new Error('once');
            }
          },
        },
        2,
      );
      const users = Array.from({ length: 30 }, (_, index) => `u${String(index).padStart(2, '0')}`);
      for (const userId of users) {
        const data = { userId, role: 'student', language: 'en' };
        await unitOfWork.run(({ emit }) => emit('user.registered', { aggregateId: userId, data }));
      }
      await published();
      await stop();
      expect((await store.notes('once')).sort()).toEqual(users);
    });

    it('has an effect once when the event is handled many times at once', async () => {
      const event = sessionStarted('at-once');
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, () =>
          store
            .unitOfWork()
            .runOnce('crowd', event, ({ transaction }) => store.note(transaction, 'crowd', 'x')),
        ),
      );
      const ran = outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value);
      expect(ran).toHaveLength(1);
      expect(await store.notes('crowd')).toEqual(['x']);
    });

    it('gives back an event whose publisher died when its lease runs out', async () => {
      await store.unitOfWork().run(({ emit }) => emit('session.started', session('leased')));
      const first = await store.outbox.lease(100, 1);
      const mine = (entries: typeof first) =>
        entries.find(({ event }) => event.aggregateId === 'leased');
      expect(mine(first)?.attempts).toBe(1);
      const second = await waitFor(async () => mine(await store.outbox.lease(100, 60_000)));
      expect(second.attempts).toBe(2);
      expect(mine(await store.outbox.lease(100, 60_000))).toBeUndefined();
      await store.outbox.markPublished([second.event.eventId]);
    });

    it('buries what always fails or cannot be read, and brings everything else', async () => {
      const unknown = foreignEvent('course.teleported', { to: 'mars' });
      const misfit = foreignEvent('session.started', { userId: 7 });
      const notForUs = foreignEvent('order.paid', { nothing: 'of it' });
      for (const event of [unknown, misfit, notForUs]) await store.emitForeign(event);
      const { unitOfWork } = await run('strict', {
        'course.completed': () => Promise.reject(new Error('can\0not')),
        'session.started': (event, { transaction }) =>
          store.note(transaction, 'strict', event.aggregateId),
      });
      const completed = { enrollmentId: 'e', userId: 'u', courseId: 'c' };
      await unitOfWork.run(async ({ emit }) => {
        await emit('course.completed', { aggregateId: 'bad', data: completed });
        await emit('session.started', session('good'));
      });
      await published();
      await stop();
      expect(await store.notes('strict')).toContain('good');
      const letters = await unitOfWork.deadLetters.list('strict', { limit: 10 });
      expect(letters.map(({ event, error, attempts }) => [event.type, error, attempts])).toEqual([
        ['course.teleported', 'this version knows no event of type course.teleported', 0],
        ['session.started', expect.stringContaining('userId'), 0],
        ['course.completed', 'can\uFFFDnot', 2],
      ]);
      expect(letters.slice(0, 2).map(({ event }) => event)).toEqual([unknown, misfit]);
    });

    deadLettersContract(() => store);

    it('remembers what still arrives, and forgets the rest after its time', async () => {
      const [still, never] = [sessionStarted('still'), sessionStarted('never')];
      const handle = (event: AnyEvent) =>
        store.unitOfWork().runOnce('memory', event, async () => undefined);
      expect([await handle(still), await handle(never)]).toEqual([true, true]);
      // MongoDB forgets by itself, at any moment after its time.
      await store.age(6);
      expect(await handle(still)).toBe(false);
      await store.age(2);
      await store.outbox.prune(new Date(Date.now() - 7 * 24 * 60 * 60 * 1000));
      expect(await handle(still)).toBe(false);
      if (store.prunesInbox) expect(await handle(never)).toBe(true);
    });

    it('publishes again what the bus has lost, and old news has no second effect', async () => {
      const note = (userId: string) => ({ aggregateId: userId, data: { userId, sessionId: 's' } });
      const { unitOfWork } = await run('again', {
        'session.started': (event, { transaction }) =>
          store.note(transaction, 'again', event.aggregateId),
      });
      await unitOfWork.run(({ emit }) => emit('session.started', note('old')));
      await published();
      await store.age(2);
      const since = new Date();
      await unitOfWork.run(({ emit }) => emit('session.started', note('young')));
      await published();
      expect(await store.outbox.republish(since)).toBe(1);
      await published();
      expect(await store.outbox.republish(new Date(0))).toBeGreaterThanOrEqual(2);
      await published();
      await stop();
      const mine = (await store.notes('again')).filter(
        (about) => about === 'old' || about === 'young',
      );
      expect(mine.sort()).toEqual(['old', 'young']);
    });
  });
}
