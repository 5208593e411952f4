import { randomUUID } from 'node:crypto';
import { waitFor } from '@pcc/testkit';
import { expect, it } from 'vitest';
import type { PubSubMessage, RedisPorts } from '../ports.js';

export function pubSubContract(ports: () => RedisPorts): void {
  it('delivers to every listener of the topic, in order, later than publish is called', async () => {
    const topic = randomUUID();
    const [one, two, other]: [PubSubMessage[], PubSubMessage[], PubSubMessage[]] = [[], [], []];
    await ports().pubSub.subscribe(topic, (message) => one.push(message));
    await ports().pubSub.subscribe(topic, (message) => two.push(message));
    await ports().pubSub.subscribe(`${topic}.other`, (message) => other.push(message));
    const sent = Array.from({ length: 100 }, (_, seq) => ({ seq, payload: { n: seq } }));
    const publishing = sent.map((message) => ports().pubSub.publish(topic, message));
    expect(one).toEqual([]);
    await Promise.all(publishing);
    await waitFor(() => one.length === 100 && two.length === 100);
    expect(one).toEqual(sent);
    expect(two).toEqual(sent);
    expect(other).toEqual([]);
  });

  it('carries what JSON carries, and no reference to the sender’s object', async () => {
    const topic = randomUUID();
    const received: PubSubMessage[] = [];
    await ports().pubSub.subscribe(topic, (message) => received.push(message));
    const payload = { at: new Date(0), list: [1], none: null };
    const publishing = ports().pubSub.publish(topic, { payload });
    payload.list.push(2);
    await publishing;
    await waitFor(() => received.length === 1);
    expect(received).toEqual([
      { payload: { at: '1970-01-01T00:00:00.000Z', list: [1], none: null } },
    ]);
  });

  it('stops for the one who unsubscribes, and only for that one', async () => {
    const topic = randomUUID();
    const [gone, stays]: [unknown[], unknown[]] = [[], []];
    const listener = (message: PubSubMessage) => gone.push(message.payload);
    const unsubscribe = await ports().pubSub.subscribe(topic, listener);
    await ports().pubSub.subscribe(topic, (message) => stays.push(message.payload));
    await ports().pubSub.publish(topic, { payload: 1 });
    await waitFor(() => gone.length === 1);
    await unsubscribe();
    await unsubscribe();
    await ports().pubSub.publish(topic, { payload: 2 });
    await waitFor(() => stays.length === 2);
    expect(gone).toEqual([1]);
  });

  it('subscribes anew after the last listener has left', async () => {
    const topic = randomUUID();
    const received: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      const unsubscribe = await ports().pubSub.subscribe(topic, ({ payload }) =>
        received.push(payload),
      );
      await ports().pubSub.publish(topic, { payload: round });
      await waitFor(() => received.length === round + 1);
      void unsubscribe(); // not awaited: the next subscribe must not be undone by it
    }
    expect(received).toEqual([0, 1, 2]);
  });

  it('does not deliver what was published before', async () => {
    const topic = randomUUID();
    const received: unknown[] = [];
    await ports().pubSub.publish(topic, { payload: 'too early' });
    await ports().pubSub.subscribe(topic, ({ payload }) => received.push(payload));
    await ports().pubSub.publish(topic, { payload: 'in time' });
    await waitFor(() => received.length > 0);
    expect(received).toEqual(['in time']);
  });

  it('goes on delivering when one listener throws', async () => {
    const topic = randomUUID();
    const received: unknown[] = [];
    await ports().pubSub.subscribe(topic, () => {
      throw new Error('a listener’s own defect');
    });
    await ports().pubSub.subscribe(topic, ({ payload }) => received.push(payload));
    await ports().pubSub.publish(topic, { payload: 'still here' });
    await waitFor(() => received.length === 1);
  });
}
