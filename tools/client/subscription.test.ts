import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composedSchema, startFakePlatform, type FakePlatform } from '../testing/fake-platform.js';
import { operation } from './operation.js';
import { openSubscription } from './subscription.js';

const schema = composedSchema();
let platform: FakePlatform;
/** Lets the stream give its next events. */
let release: (() => void)[];

const notification = (seq: number) => ({ notificationReceived: { seq, kind: 'ORDER_PAID' } });

beforeEach(async () => {
  release = [];
  platform = await startFakePlatform(schema, {
    async *notificationReceived({ after }: { after: number | null }, { authorization }) {
      if (authorization === undefined) throw new Error('sign in first');
      yield notification((after ?? 0) + 1);
      await new Promise<void>((resolve) => release.push(resolve));
      yield notification((after ?? 0) + 2);
    },
  });
});
afterEach(() => platform.close());

const received = operation<{ notificationReceived: { seq: number } }, { after: number }>(
  'subscription Received($after: Int) { notificationReceived(after: $after) { seq kind } }',
);
const open = (token: string | undefined) =>
  openSubscription(
    platform.client.as(async () => token),
    received,
    { after: 4 },
  );
const hasSeq = (seq: number) => (data: { notificationReceived: { seq: number } }) =>
  data.notificationReceived.seq === seq;

describe('openSubscription', () => {
  it('finds events that came already and those to come, with their time', async () => {
    const subscription = await open('valid');
    const first = await subscription.first('5', 5_000, hasSeq(5));
    const coming = subscription.first('6', 5_000, hasSeq(6));
    release.forEach((next) => next());
    expect((await coming).atMs).toBeGreaterThanOrEqual(first.atMs);
    await expect(subscription.first('5 again', 5_000, hasSeq(5))).resolves.toBe(first);
    expect(subscription.received).toHaveLength(2);
    await subscription.close();
  });

  it('fails when the event does not come, and says how many others did', async () => {
    const subscription = await open('valid');
    await subscription.first('5', 5_000, hasSeq(5));
    await expect(subscription.first('event 9', 50, hasSeq(9))).rejects.toThrow(
      'event 9 did not come within 0.05 s (1 other events did)',
    );
    await subscription.close();
  });

  it('fails at once when the platform ends or refuses the subscription', async () => {
    const ending = await open('valid');
    await ending.first('5', 5_000, hasSeq(5));
    const never = ending.first('9', 60_000, hasSeq(9));
    release.forEach((next) => next());
    await expect(never).rejects.toThrow('Received broke: the platform ended it');
    await ending.close();
    const refused = await open(undefined);
    await expect(refused.first('5', 60_000, hasSeq(5))).rejects.toThrow('Received broke');
    await refused.close();
  });

  it('fails when the socket is refused', async () => {
    await expect(open('expired')).rejects.toThrow(/The WebSocket was refused: .*Forbidden/);
  });
});
