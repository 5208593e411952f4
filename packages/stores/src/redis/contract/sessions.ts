import { randomUUID } from 'node:crypto';
import { waitFor } from '@pcc/testkit';
import { expect, it } from 'vitest';
import type { RedisPorts } from '../ports.js';

const inMs = (ms: number): Date => new Date(Date.now() + ms);

export function sessionContract(ports: () => RedisPorts): void {
  it('knows live sessions, and none that are unknown, expired or revoked', async () => {
    const [id, short, userId] = [randomUUID(), randomUUID(), randomUUID()];
    expect(await ports().sessions.isLive(id)).toBe(false);
    await ports().sessions.put({ id, userId, expiresAt: inMs(60_000) });
    await ports().sessions.put({ id: short, userId, expiresAt: inMs(50) });
    expect(await ports().sessions.isLive(id)).toBe(true);
    await waitFor(async () => !(await ports().sessions.isLive(short)));
    expect((await ports().sessions.list(userId)).map((session) => session.id)).toEqual([id]);
    await ports().sessions.revoke(id);
    await ports().sessions.revoke(id);
    expect(await ports().sessions.isLive(id)).toBe(false);
    expect(await ports().sessions.list(userId)).toEqual([]);
  });

  it('lists a person’s sessions by expiry, and moves the expiry when put again', async () => {
    const [one, two, userId] = [randomUUID(), randomUUID(), randomUUID()];
    const [soon, late, later] = [inMs(10_000), inMs(20_000), inMs(30_000)];
    await ports().sessions.put({ id: one, userId, expiresAt: soon });
    await ports().sessions.put({ id: two, userId, expiresAt: late });
    await ports().sessions.put({ id: one, userId, expiresAt: later });
    expect(await ports().sessions.list(userId)).toEqual([
      { id: two, userId, expiresAt: late },
      { id: one, userId, expiresAt: later },
    ]);
  });

  it('ends all sessions of a person and tells listeners', async () => {
    const [one, two, foreign, userId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const revoked: string[] = [];
    const unsubscribe = await ports().sessions.onRevoked((id) => revoked.push(id));
    await ports().sessions.put({ id: one, userId, expiresAt: inMs(10_000) });
    await ports().sessions.put({ id: two, userId, expiresAt: inMs(20_000) });
    await ports().sessions.put({ id: foreign, userId: randomUUID(), expiresAt: inMs(10_000) });
    expect(await ports().sessions.revokeAll(userId)).toEqual([one, two]);
    await waitFor(() => revoked.length === 2);
    expect(revoked).toEqual([one, two]);
    expect(await ports().sessions.isLive(foreign)).toBe(true);
    await unsubscribe();
    await ports().sessions.revoke(foreign);
    expect(await ports().sessions.revokeAll(userId)).toEqual([]);
    expect(revoked).toHaveLength(2);
  });

  it('are each ended once, and told once, however many end them at a time', async () => {
    const { sessions } = ports();
    const told: string[] = [];
    const stop = await sessions.onRevoked((sessionId) => told.push(sessionId));
    for (let round = 0; round < 20; round++) {
      const userId = randomUUID();
      const ids = Array.from({ length: 6 }, (): string => randomUUID());
      for (const id of ids) await sessions.put({ id, userId, expiresAt: inMs(60_000) });
      const [one = '', two = ''] = ids;
      const [all, rest] = await Promise.all([
        sessions.revokeAll(userId),
        sessions.revokeAll(userId),
        sessions.revoke(one),
        sessions.revoke(one),
        sessions.revoke(two),
      ]);
      const ended = [...all, ...rest];
      expect(new Set(ended).size).toBe(ended.length);
      expect(await sessions.list(userId)).toEqual([]);
      await waitFor(() => ids.every((id) => told.includes(id)));
      expect(told.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
    }
    await stop();
  });

  it('are listed as they are at one moment, while others come, move and go', async () => {
    const { sessions } = ports();
    const [one, other] = [randomUUID(), randomUUID()];
    const ids = Array.from({ length: 4 }, (): string => randomUUID());
    let isOver = false;
    const churn = async (id: string, start: number) => {
      for (let round = start; round < start + 60; round++) {
        const userId = round % 2 === 0 ? one : other;
        await sessions.put({ id, userId, expiresAt: inMs(60_000 + round) });
        if (round % 5 === 0) await sessions.revoke(id);
      }
    };
    const look = async () => {
      while (!isOver) {
        for (const userId of [one, other]) {
          const found = await sessions.list(userId);
          expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
          expect(found.every((session) => session.userId === userId)).toBe(true);
        }
      }
    };
    const looking = look();
    await Promise.all(ids.flatMap((id) => [churn(id, 0), churn(id, 1)]));
    isOver = true;
    await looking;
    const listed = [...(await sessions.list(one)), ...(await sessions.list(other))];
    const live = await Promise.all(ids.map((id) => sessions.isLive(id)));
    expect(listed.map(({ id }) => id).sort()).toEqual(ids.filter((_id, n) => live[n]).sort());
    expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
  });
}
