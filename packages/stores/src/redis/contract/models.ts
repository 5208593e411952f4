import { randomUUID } from 'node:crypto';
import { waitFor } from '@pcc/testkit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RedisPorts } from '../ports.js';

/** Random operations, after each of which the port must answer as a model of a few lines does. */
export function modelContract(ports: () => RedisPorts): void {
  it('answer as a map does, whatever is asked of the cache', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'ä b:*');
    const ttl = fc.constantFrom(60, 0.4, 0.0004, 0, -1, 86_400 * 365);
    const operation = fc.oneof(
      fc.record({ set: key, value: fc.string({ unit: 'binary' }), ttl }),
      fc.record({ remove: fc.array(key, { maxLength: 3 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 20 }), async (operations) => {
        const { cache } = ports();
        const prefix = randomUUID();
        const model = new Map<string, string>();
        for (const step of operations) {
          if ('set' in step) {
            await cache.set(prefix + step.set, step.value, { ttlSeconds: step.ttl });
            if (step.ttl >= 0.4) model.set(step.set, step.value);
            else model.delete(step.set);
          } else {
            await cache.delete(...step.remove.map((name) => prefix + name));
            for (const name of step.remove) model.delete(name);
          }
          for (const name of ['a', 'b', 'c', 'ä b:*']) {
            const [found, expected] = [await cache.get(prefix + name), model.get(name) ?? null];
            // What lives for less than a second may have died meanwhile.
            if (found !== null || expected === null) expect(found).toBe(expected);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('answer as a list does, whatever is asked of the sessions', async () => {
    const id = fc.constantFrom('s1', 's2', 's3', 's4');
    const user = fc.constantFrom('u1', 'u2', 'u:3');
    const operation = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ put: id, user, minutes: fc.integer({ min: -5, max: 60 }) }),
      },
      { weight: 2, arbitrary: fc.record({ revoke: id }) },
      { weight: 1, arbitrary: fc.record({ revokeAll: user }) },
    );
    const told: string[] = [];
    const stop = await ports().sessions.onRevoked((sessionId) => told.push(sessionId));
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
        const { sessions } = ports();
        const prefix = randomUUID();
        const begun = Date.now();
        let model: { id: string; userId: string; expiresAt: Date }[] = [];
        const revoked: string[] = [];
        const live = (userId: string) =>
          model
            .filter((session) => session.userId === userId)
            .sort((a, b) => +a.expiresAt - +b.expiresAt || (a.id < b.id ? -1 : 1));
        const end = (...ids: string[]) => {
          model = model.filter((session) => !ids.includes(session.id));
        };
        for (const step of operations) {
          if ('put' in step) {
            const expiresAt = new Date(begun + step.minutes * 60_000);
            const session = { id: prefix + step.put, userId: prefix + step.user, expiresAt };
            await sessions.put(session);
            end(session.id);
            if (step.minutes > 0) model.push(session);
          } else if ('revoke' in step) {
            const sessionId = prefix + step.revoke;
            await sessions.revoke(sessionId);
            if (model.some((session) => session.id === sessionId)) revoked.push(sessionId);
            end(sessionId);
          } else {
            const ids = live(prefix + step.revokeAll).map((session) => session.id);
            expect(await sessions.revokeAll(prefix + step.revokeAll)).toEqual(ids);
            revoked.push(...ids);
            end(...ids);
          }
          for (const name of ['u1', 'u2', 'u:3']) {
            expect(await sessions.list(prefix + name)).toEqual(live(prefix + name));
          }
          for (const name of ['s1', 's2', 's3', 's4']) {
            const isLive = model.some((session) => session.id === prefix + name);
            expect(await sessions.isLive(prefix + name)).toBe(isLive);
          }
        }
        const ours = () => told.filter((sessionId) => sessionId.startsWith(prefix));
        await waitFor(() => ours().length >= revoked.length);
        expect(ours()).toEqual(revoked);
      }),
      { numRuns: 25 },
    );
    await stop();
  });
}
