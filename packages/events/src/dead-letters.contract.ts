import { describe, expect, it } from 'vitest';
import type { AnyEvent } from './event.js';
import type { EventStore } from './testing/event-store.js';
import { sessionStarted } from './testing/events.js';
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
  });
}
