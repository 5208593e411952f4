import { waitFor } from '@pcc/testkit';
import { describe, expect, it } from 'vitest';
import { busContract } from '../bus.contract.js';
import type { BusSubscription } from '../bus.js';
import { sessionStarted } from '../testing/events.js';
import { inProcessEventBus } from './bus.js';

busContract('the in-process bus', async (options) =>
  inProcessEventBus({ groups: ['a', 'b'], ...options }),
);

const member = (group: string, handle: BusSubscription['handle']): BusSubscription => ({
  group,
  types: ['session.started'],
  handle,
  bury: async () => undefined,
});

describe('publishing within the process', () => {
  it('resolves only when every expected group has handled the event', async () => {
    const bus = inProcessEventBus({ groups: ['a', 'b'] });
    const seen: string[] = [];
    await bus.subscribe(member('a', async () => void seen.push('a')));
    const published = bus.publish(sessionStarted('u')).then(() => seen.push('published'));
    await Promise.resolve();
    expect(seen).toEqual([]);
    let finish = () => undefined as void;
    const slow = () => new Promise<void>((resolve) => (finish = resolve));
    await bus.subscribe(member('b', () => slow().then(() => void seen.push('b'))));
    await waitFor(() => seen.includes('a'));
    expect(seen).toEqual(['a']);
    finish();
    await published;
    expect(seen).toEqual(['a', 'b', 'published']);
  });

  it('hands the event back when a store is down, and when a group does not come or has left', async () => {
    const down = Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    const bus = inProcessEventBus({ groups: ['a', 'b'], patienceMs: 20 });
    await bus.subscribe(member('a', () => Promise.reject(down)));
    await expect(bus.publish(sessionStarted('u'))).rejects.toThrow('not there to take events: b');
    const b = await bus.subscribe(member('b', async () => undefined));
    await expect(bus.publish(sessionStarted('u'))).rejects.toBe(down);
    await b.close();
    await expect(bus.publish(sessionStarted('u'))).rejects.toThrow('not there to take events: b');
  });

  it('lets a waiting publisher go when it closes', async () => {
    const bus = inProcessEventBus({ groups: ['never'] });
    const published = bus.publish(sessionStarted('u'));
    await bus.close();
    await expect(published).rejects.toThrow('closed');
  });
});
