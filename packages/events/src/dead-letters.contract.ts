import { silentLogger } from '@pcc/platform';
import { describe, expect, it } from 'vitest';
import { startConsumer } from './consumer.js';
import type { AnyEvent } from './event.js';
import { inProcessEventBus } from './in-process/bus.js';
import type { EventStore } from './testing/event-store.js';
import { foreignEvent, sessionStarted } from './testing/events.js';
import type { Work } from './unit-of-work.js';

/** What the dead letters of every store must do; a part of `eventStoreContract`. */
export function deadLettersContract<Transaction>(open: () => EventStore<Transaction>): void {
  describe('its dead letters', () => {
    const letters = () => open().unitOfWork().deadLetters;
    const effect = (
      consumer: string,
      event: AnyEvent,
      body: (work: Work<Transaction>) => Promise<void>,
    ) => open().unitOfWork().runOnce(consumer, event, body);
    it('go with the effect, and none comes after it', async () => {
      const event = sessionStarted('healed');
      const deadLetters = letters();
      await deadLetters.bury('healer', event, new Error('first'), 5);
      await deadLetters.bury('healer', event, new Error('second'), 6);
      const letter = await deadLetters.find('healer', event.eventId);
      expect(letter).toMatchObject({ event, error: 'second', attempts: 6 });
      const failing = effect('healer', event, () => Promise.reject(new Error('not yet')));
      await expect(failing).rejects.toThrow('not yet');
      expect(await deadLetters.find('healer', event.eventId)).not.toBeNull();

      expect(await effect('healer', event, async () => undefined)).toBe(true);
      expect(await deadLetters.find('healer', event.eventId)).toBeNull();
      await deadLetters.bury('healer', event, new Error('too late'), 5);
      expect(await deadLetters.find('healer', event.eventId)).toBeNull();
      // Another consumer of the same store is another matter.
      await deadLetters.bury('other', event, new Error('its own'), 5);
      expect(await deadLetters.find('other', event.eventId)).not.toBeNull();
    });

    it('exclude the effect also when both come at once', async () => {
      const deadLetters = letters();
      const events = Array.from({ length: 20 }, (_, index) => sessionStarted(`race${index}`));
      await Promise.all(
        events.flatMap((event) => [
          deadLetters.bury('racer', event, new Error('failed here'), 5),
          effect('racer', event, ({ transaction }) =>
            open().note(transaction, 'racer', event.eventId),
          ),
        ]),
      );
      const effects = await open().notes('racer');
      expect(effects.sort()).toEqual(events.map(({ eventId }) => eventId).sort());
      expect(await deadLetters.list('racer', { limit: 100 })).toEqual([]);
    });

    it('are listed page by page and removed one by one', async () => {
      const deadLetters = letters();
      const events = Array.from({ length: 5 }, (_, index) => sessionStarted(`page${index}`));
      for (const event of events) await deadLetters.bury('pager', event, new Error('x'), 5);
      const ids = async (after?: string) =>
        (await deadLetters.list('pager', { after, limit: 2 })).map(({ event }) => event.eventId);
      const expected = events.map(({ eventId }) => eventId);
      expect(await ids()).toEqual(expected.slice(0, 2));
      expect(await ids(expected[1])).toEqual(expected.slice(2, 4));
      expect(await ids(expected[3])).toEqual(expected.slice(4));
      const removals = ['first', 'second'].map(() =>
        deadLetters.remove('pager', expected[4] ?? ''),
      );
      expect((await Promise.all(removals)).sort()).toEqual([false, true]);
      expect(await ids(expected[3])).toEqual([]);
    });

    describe("in an operator's hands", () => {
      let isBroken = true;
      const start = async (group: string) => {
        const store = open();
        // Not started as a whole: the test publishes what is to fail.
        const bus = inProcessEventBus({ groups: [group], attempts: 1 });
        const consumer = await startConsumer({
          group,
          bus,
          unitOfWork: store.unitOfWork(),
          logger: silentLogger,
          handlers: {
            'session.started': async (event, { transaction }) => {
              await store.note(transaction, group, event.aggregateId);
              if (isBroken) throw new Error(`broken, says ${event.eventId}`);
            },
          },
        });
        return { bus, desk: consumer.deadLetters };
      };

      it('are handled again, with one effect however many replays there are', async () => {
        const { bus, desk } = await start('replayer');
        const event = sessionStarted('replayed');
        const { eventId } = event;
        isBroken = true;
        await bus.publish(event);
        expect(await desk.find(eventId)).toMatchObject({ event, attempts: 1 });
        const error = `broken, says ${eventId}`;
        expect(await desk.replay(eventId)).toEqual({ outcome: 'FAILED', error });
        expect(await desk.find(eventId)).toMatchObject({ event, error, attempts: 2 });

        isBroken = false;
        const replays = await Promise.all(Array.from({ length: 6 }, () => desk.replay(eventId)));
        const outcomes = new Set(replays.map(({ outcome }) => outcome));
        expect(outcomes).toContain('DONE');
        expect(outcomes).not.toContain('FAILED');
        expect(await open().notes('replayer')).toEqual(['replayed']);
        expect(await desk.list({ limit: 10 })).toEqual([]);
        expect(await desk.replay(eventId)).toEqual({ outcome: 'NOT_FOUND' });
        // What the bus still brings of it has no second effect.
        await bus.publish(event);
        expect(await open().notes('replayer')).toEqual(['replayed']);
      });

      it('have no effect any more once they are discarded', async () => {
        const { bus, desk } = await start('discarder');
        const event = sessionStarted('discarded');
        isBroken = true;
        await bus.publish(event);
        expect(await desk.discard(event.eventId)).toBe(true);
        expect(await desk.discard(event.eventId)).toBe(false);
        expect(await desk.replay(event.eventId)).toEqual({ outcome: 'NOT_FOUND' });
        isBroken = false;
        await bus.publish(event);
        expect(await open().notes('discarder')).toEqual([]);
      });

      it('stay while this version cannot read them, and go when they are for others', async () => {
        const { bus, desk } = await start('reader');
        const unknown = foreignEvent('course.teleported', {});
        await bus.publish(unknown);
        expect(await desk.replay(unknown.eventId)).toMatchObject({ outcome: 'FAILED' });
        expect(await desk.find(unknown.eventId)).toMatchObject({ event: unknown, attempts: 1 });
        // As an older version buried it, that did not know the type.
        const data = { discussionId: 'd', courseId: 'c', authorId: 'a' };
        const forOthers = foreignEvent('discussion.created', data);
        await letters().bury('reader', forOthers, new Error('unknown'), 0);
        expect(await desk.replay(forOthers.eventId)).toEqual({ outcome: 'DONE' });
        expect(await desk.discard(unknown.eventId)).toBe(true);
        expect(await desk.list({ limit: 10 })).toEqual([]);
      });
    });
  });
}
