import { waitFor } from '@pcc/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { BusSubscription, EventBus } from './bus.js';
import type { RetryOptions } from './delivery.js';
import type { AnyEvent, StoredEvent } from './event.js';
import { foreignEvent, sessionStarted } from './testing/events.js';

/** Opens a bus of the groups `a` and `b`, empty at the beginning of each test. */
export type OpenBus = (options: RetryOptions) => Promise<EventBus>;

interface Burial {
  readonly event: StoredEvent;
  readonly error: unknown;
  readonly attempts: number;
}

/** What every event bus must do. The test publishes as the relay does: again and again until it is taken. */
export function busContract(name: string, open: OpenBus): void {
  describe(name, () => {
    const buses: EventBus[] = [];
    afterEach(async () => {
      await Promise.all(buses.splice(0).map((bus) => bus.close()));
    });

    const start = async (options: RetryOptions = {}) => {
      const bus = await open({ backoffMs: 1, ...options });
      buses.push(bus);
      return bus;
    };
    const listen = async (
      bus: EventBus,
      group: string,
      handle: (event: AnyEvent) => Promise<void> = async () => undefined,
      types: BusSubscription['types'] = ['session.started'],
    ) => {
      const seen: string[] = [];
      const buried: Burial[] = [];
      const subscription = await bus.subscribe({
        group,
        types,
        handle: async (event) => {
          await handle(event);
          seen.push(event.aggregateId);
        },
        bury: async (event, error, attempts) => void buried.push({ event, error, attempts }),
      });
      return { seen, buried, subscription };
    };
    const publish = async (bus: EventBus, event: StoredEvent) => {
      await waitFor(() => bus.publish(event).then(() => true));
    };

    it('brings each event to one member of every group, also to one that comes late', async () => {
      const bus = await start();
      const first = await listen(bus, 'a');
      const early = publish(bus, sessionStarted('early'));
      const second = await listen(bus, 'a');
      const other = await listen(bus, 'b');
      await early;
      const ids = Array.from({ length: 50 }, (_, index) => `u${index}`);
      await Promise.all(ids.map((id) => publish(bus, sessionStarted(id))));
      await waitFor(() => other.seen.length >= 51);
      await waitFor(() => first.seen.length + second.seen.length >= 51);
      const expected = ['early', ...ids].sort();
      expect(other.seen.sort()).toEqual(expected);
      expect([...first.seen, ...second.seen].sort()).toEqual(expected);
    });

    it('leaves out groups that did not ask for the type', async () => {
      const bus = await start();
      const a = await listen(bus, 'a', async () => undefined, ['order.paid']);
      const b = await listen(bus, 'b');
      await publish(bus, sessionStarted('one'));
      await waitFor(() => b.seen.length === 1);
      expect([a.seen, a.buried]).toEqual([[], []]);
    });

    it('tries again after a failure', async () => {
      const bus = await start();
      let calls = 0;
      const a = await listen(bus, 'a', async () => {
        calls++;
        if (calls < 3) throw new Error('not yet');
      });
      await listen(bus, 'b');
      await publish(bus, sessionStarted('one'));
      await waitFor(() => a.seen.length === 1);
      expect([calls, a.buried]).toEqual([3, []]);
    });

    it('buries what fails every time, and holds up neither other events nor other groups', async () => {
      const bus = await start({ attempts: 3 });
      const refuseBad = async ({ aggregateId }: AnyEvent) => {
        if (aggregateId.startsWith('bad')) throw new Error('never');
      };
      const a = await listen(bus, 'a', refuseBad);
      const b = await listen(bus, 'b');
      const ids = Array.from({ length: 40 }, (_, index) => `${index % 2 ? 'bad' : 'good'}${index}`);
      await Promise.all(ids.map((id) => publish(bus, sessionStarted(id))));
      await waitFor(() => a.seen.length + a.buried.length >= 40 && b.seen.length >= 40);
      expect(a.seen.sort()).toEqual(ids.filter((id) => id.startsWith('good')).sort());
      const buried = a.buried.map(({ event }) => event.aggregateId);
      expect(buried.sort()).toEqual(ids.filter((id) => id.startsWith('bad')).sort());
      expect(a.buried[0]).toMatchObject({ error: new Error('never'), attempts: 3 });
      expect(b.buried).toEqual([]);
    });

    it('buries as it is what this version cannot read, where it may be wanted', async () => {
      const bus = await start();
      const a = await listen(bus, 'a');
      const b = await listen(bus, 'b', async () => undefined, ['order.paid']);
      const unknown = foreignEvent('course.teleported', { to: 'mars' });
      const misfit = foreignEvent('session.started', { userId: 7 });
      for (const event of [unknown, misfit, sessionStarted('good')]) await publish(bus, event);
      await waitFor(() => a.seen.length === 1 && a.buried.length === 2 && b.buried.length === 1);
      const both = [unknown.eventId, misfit.eventId].sort();
      expect(a.buried.map(({ event }) => event.eventId).sort()).toEqual(both);
      expect(b.buried).toMatchObject([{ event: unknown, attempts: 0 }]);
      expect(b.buried[0]?.error).toBeInstanceOf(TypeError);
    });

    it('brings again what met a store that was down, and buries nothing', async () => {
      const bus = await start();
      let down = true;
      let tried = 0;
      const a = await listen(bus, 'a', async () => {
        tried++;
        if (down) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
      });
      await listen(bus, 'b');
      const published = publish(bus, sessionStarted('later'));
      await waitFor(() => tried >= 2);
      down = false;
      await published;
      await waitFor(() => a.seen.length === 1);
      expect(a.buried).toEqual([]);
    });

    it('gives up a handler that hangs, and buries its event at last', async () => {
      const bus = await start({ timeoutMs: 30 });
      const a = await listen(bus, 'a', ({ aggregateId }) =>
        aggregateId === 'stuck' ? new Promise(() => undefined) : Promise.resolve(),
      );
      await listen(bus, 'b');
      const stuck = publish(bus, sessionStarted('stuck'));
      await publish(bus, sessionStarted('quick'));
      await waitFor(() => a.seen.includes('quick'));
      await stuck;
      await waitFor(() => a.buried.length === 1);
      expect(a.buried[0]).toMatchObject({ event: { aggregateId: 'stuck' }, attempts: 3 });
    });

    it('keeps an event for a group whose member leaves', async () => {
      const bus = await start();
      const a = await listen(bus, 'a');
      await listen(bus, 'b');
      await a.subscription.close();
      const published = publish(bus, sessionStarted('kept'));
      const again = await listen(bus, 'a');
      await published;
      await waitFor(() => again.seen.includes('kept'));
      expect(a.seen).toEqual([]);
    });
  });
}
