import { setTimeout as sleep } from 'node:timers/promises';
import { closeStack, silentLogger, type Closable } from '@pcc/platform';
import { startChild, waitFor, type TestChild } from '@pcc/testkit';
import { array, nat, record, sample } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventStore } from './testing/event-store.js';
import { killGroup, type KillChildOptions } from './testing/kill-options.js';
import { killPoints, type KillPoint } from './testing/kill-points.js';

/** The stores and servers of one run of the suite. */
export interface KillSetting<Transaction> {
  readonly store: EventStore<Transaction>;
  readonly at: KillChildOptions['store'];
  /** Where the bus is; within one process when left out. */
  readonly redis?: { readonly url: string } & Closable;
}

type Role = 'relay' | 'consumer' | 'everything' | 'last';
const rolesOf = {
  relay: ['emit', 'relay'],
  consumer: ['consume'],
  everything: ['emit', 'relay', 'consume'],
  last: ['relay', 'consume'],
} as const satisfies Record<Role, KillChildOptions['roles']>;

const ofConsumers = killPoints.slice(killPoints.indexOf('received'));
const randomKills = 30;
// Each look reads everything.
const betweenLooksMs = 200;
// A transaction of a killed process is open in MongoDB for a minute; what it wrote is locked so long.
const patience = { timeoutMs: 180_000 };

/**
 * Two relays and two consumers (in one process, where the bus is in it) that are killed at every step of an
 * event's way, and then anywhere: each event has its effect exactly once, each that no handler can take is
 * buried, and nothing else is.
 */
export function killContract<Transaction>(
  name: string,
  open: () => Promise<KillSetting<Transaction>>,
  points: readonly KillPoint[] = killPoints,
): void {
  describe(name, () => {
    const stack = closeStack(silentLogger);
    let setting: KillSetting<Transaction>;
    let processes: { role: Role; child: TestChild }[] = [];

    const start = async (role: Role, kill: { point?: KillPoint; nth?: number } = {}) => {
      const options: KillChildOptions = {
        store: setting.at,
        redisUrl: setting.redis?.url,
        roles: rolesOf[role],
        killPoint: kill.point,
        nth: kill.nth ?? 1,
      };
      const file = new URL('./testing/kill-child.ts', import.meta.url);
      const child = await startChild(file, { arguments: [JSON.stringify(options)] });
      await waitFor(() => child.lines.length > 0, { what: `a ${role} to start`, ...patience });
      return child;
    };
    const replace = async (index: number, kill?: { point?: KillPoint; nth?: number }) => {
      const place = processes[index];
      if (place === undefined) throw new Error('no such process');
      await place.child.kill();
      place.child = await start(place.role, kill);
      return place.child;
    };
    const placeOf = (point: KillPoint) => {
      const role: Role = ofConsumers.includes(point) ? 'consumer' : 'relay';
      return Math.max(
        0,
        processes.findIndex((one) => one.role === role),
      );
    };

    const done = async () => {
      const letters = await setting.store.unitOfWork().deadLetters.list(killGroup, { limit: 1e6 });
      return {
        effects: await setting.store.notes('effect'),
        buried: letters.map(({ event }) => event.aggregateId),
      };
    };
    /** Waits until some events that were emitted from now on are done: whatever was killed, the rest goes on. */
    const goesOn = async () => {
      const before = new Set(await setting.store.notes('emitted'));
      await waitFor(
        async () => {
          await sleep(betweenLooksMs);
          const { effects, buried } = await done();
          return [...effects, ...buried].filter((id) => !before.has(id)).length >= 8;
        },
        { what: 'events to go on', ...patience },
      );
    };
    const nothingTwice = async () => {
      const { effects, buried } = await done();
      expect(effects.filter((id) => id.startsWith('bad'))).toEqual([]);
      expect(new Set(effects).size).toBe(effects.length);
      expect(buried.filter((id) => id.startsWith('good'))).toEqual([]);
    };

    beforeAll(async () => {
      setting = await open();
      stack.use('store', setting.store);
      if (setting.redis !== undefined) stack.use('redis', setting.redis);
      const roles: Role[] =
        setting.redis === undefined ? ['everything'] : ['relay', 'consumer', 'relay', 'consumer'];
      processes = await Promise.all(
        roles.map(async (role) => ({ role, child: await start(role) })),
      );
      stack.defer('processes', async () => {
        await Promise.all(processes.map(({ child }) => child.kill()));
      });
    }, patience.timeoutMs);
    afterAll(() => stack.close());

    it.each(points)('killed when an event is %s', async (point) => {
      // Not the first time: there is something else under way by then.
      const victim = await replace(placeOf(point), { point, nth: 3 });
      await waitFor(() => victim.lines.includes(`at ${point}`), { what: point, ...patience });
      await replace(placeOf(point));
      await goesOn();
      await nothingTwice();
    });

    it(`killed at ${randomKills} random points`, async () => {
      const seed = Date.now() % 1e6;
      const kill = record({ pauseMs: nat(400), place: nat(processes.length - 1) });
      const length = { minLength: randomKills, maxLength: randomKills };
      const [kills = []] = sample(array(kill, length), { seed, numRuns: 1 });
      try {
        for (const { pauseMs, place } of kills) {
          await sleep(pauseMs);
          await replace(place);
        }
        await goesOn();
        await nothingTwice();
      } catch (error) {
        throw new Error(`with the seed ${seed}`, { cause: error });
      }
    });

    it('has in the end every effect once, every burial it should, and nothing left', async () => {
      await Promise.all(processes.map(({ child }) => child.kill()));
      // Nobody emits any more.
      processes = [{ role: 'last', child: await start('last') }];
      const emitted = await setting.store.notes('emitted');
      await waitFor(
        async () => {
          await sleep(betweenLooksMs);
          const { effects, buried } = await done();
          return effects.length + buried.length >= emitted.length;
        },
        { what: 'every effect or burial', ...patience },
      );
      await waitFor(async () => (await setting.store.unpublished()) === 0, patience);
      const { effects, buried } = await done();
      const kind = (start: string) => emitted.filter((id) => id.startsWith(start)).sort();
      expect(effects.sort()).toEqual(kind('good'));
      expect(buried.sort()).toEqual(kind('bad'));
      expect(effects.length).toBeGreaterThan(50);
      expect(buried.length).toBeGreaterThan(10);
    });
  });
}
