import { describe, expect, it } from 'vitest';
import { createEvent, type AnyEvent } from '../event.js';
import { inProcessEventBus } from './bus.js';

const event = createEvent(
  'session.started',
  { aggregateId: 'u1', data: { userId: 'u1', sessionId: 's1' } },
  new Date(),
) as AnyEvent;

const subscriber = (group: string, handle: (event: AnyEvent) => Promise<void>) => {
  const buried: { error: unknown; attempts: number }[] = [];
  return {
    group,
    types: ['session.started'] as const,
    handle,
    bury: async (_event: AnyEvent, error: unknown, attempts: number) => {
      buried.push({ error, attempts });
    },
    buried,
  };
};

describe('the in-process bus', () => {
  it('publishes only when every expected group is there, and reaches each once', async () => {
    const bus = inProcessEventBus({ groups: ['a', 'b'] });
    const seen: string[] = [];
    await bus.subscribe(subscriber('a', async () => void seen.push('a')));
    const published = bus.publish(event).then(() => seen.push('published'));
    await Promise.resolve();
    expect(seen).toEqual([]);
    await bus.subscribe(subscriber('b', async () => void seen.push('b')));
    await published;
    expect(seen).toEqual(['a', 'b', 'published']);
  });

  it('leaves out groups that did not ask for the type', async () => {
    const bus = inProcessEventBus({ groups: ['a'] });
    await bus.subscribe({
      ...subscriber('a', () => Promise.reject(new Error('not for me'))),
      types: ['order.paid'],
    });
    await bus.publish(event);
  });

  it('tries again after a failure', async () => {
    const bus = inProcessEventBus({ groups: ['a'], backoffMs: 1 });
    let calls = 0;
    const a = subscriber('a', async () => {
      calls++;
      if (calls < 3) throw new Error('not yet');
    });
    await bus.subscribe(a);
    await bus.publish(event);
    expect([calls, a.buried]).toEqual([3, []]);
  });

  it('buries what fails every time without holding up another group', async () => {
    const bus = inProcessEventBus({ groups: ['bad', 'good'], attempts: 3, backoffMs: 1 });
    const bad = subscriber('bad', () => Promise.reject(new Error('never')));
    let handled = 0;
    await bus.subscribe(bad);
    await bus.subscribe(subscriber('good', async () => void handled++));
    await bus.publish(event);
    expect(bad.buried).toEqual([{ error: new Error('never'), attempts: 3 }]);
    expect(handled).toBe(1);
  });

  it('hands an event back when a store is down, and buries nothing', async () => {
    const bus = inProcessEventBus({ groups: ['a'], backoffMs: 1 });
    const down = Object.assign(new Error('down'), { code: 'ECONNREFUSED' });
    const a = subscriber('a', () => Promise.reject(down));
    await bus.subscribe(a);
    await expect(bus.publish(event)).rejects.toBe(down);
    expect(a.buried).toEqual([]);
  });

  it('lets a waiting publisher go when it closes', async () => {
    const bus = inProcessEventBus({ groups: ['never'] });
    const published = bus.publish(event);
    await bus.close();
    await expect(published).rejects.toThrow('closed');
  });
});
