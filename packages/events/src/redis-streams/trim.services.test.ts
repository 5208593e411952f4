import { randomUUID } from 'node:crypto';
import { serviceUrls } from '@pcc/testkit';
import { array, assert, asyncProperty, constantFrom, nat, oneof, record } from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { streamCommands } from './stream.js';

const { redis: url } = serviceUrls();
const groups = ['a', 'b', 'c'] as const;

const step = oneof(
  record({ do: constantFrom('publish' as const), count: nat({ max: 3 }) }),
  record({ do: constantFrom('read' as const), group: constantFrom(...groups), count: nat(4) }),
  record({ do: constantFrom('acknowledge' as const), group: constantFrom(...groups), at: nat() }),
  record({ do: constantFrom('trim' as const) }),
);

describe.skipIf(url === undefined)('trimming', () => {
  const redis = new Redis(url ?? '', { lazyConnect: true });
  afterAll(() => redis.disconnect());

  it('never drops what a group has not acknowledged, and drops all that every group has', async () => {
    const property = asyncProperty(array(step, { maxLength: 40 }), async (steps) => {
      const stream = `test:${randomUUID()}`;
      const commands = streamCommands(redis, stream);
      for (const group of groups) await commands.ensureGroup(group);
      const published: string[] = [];
      const open = new Map(groups.map((group) => [group, [] as string[]]));
      const acknowledged = new Map(groups.map((group) => [group, new Set<string>()]));
      const kept = async () => (await redis.xrange(stream, '-', '+')).map(([id]) => id);

      for (const one of steps) {
        if (one.do === 'publish') {
          for (let index = 0; index <= one.count; index++) {
            published.push((await redis.xadd(stream, '*', 'event', '{}')) ?? '');
          }
        } else if (one.do === 'read') {
          await redis.xreadgroup(
            ...(['GROUP', one.group, 'm', 'COUNT', one.count + 1, 'STREAMS', stream, '>'] as const),
          );
          const read = (await redis.xpending(stream, one.group, '-', '+', 1_000)) as [string][];
          open.set(
            one.group,
            read.map(([id]) => id),
          );
        } else if (one.do === 'acknowledge') {
          const pending = open.get(one.group) ?? [];
          const [id] = pending.splice(one.at % Math.max(1, pending.length), 1);
          if (id === undefined) continue;
          await commands.acknowledge(one.group, id);
          acknowledged.get(one.group)?.add(id);
        } else {
          await commands.trim(groups);
        }
        const there = new Set(await kept());
        for (const group of groups) {
          const owed = published.filter((id) => !acknowledged.get(group)?.has(id));
          expect(owed.filter((id) => !there.has(id))).toEqual([]);
        }
      }

      for (const group of groups) {
        await redis.xreadgroup('GROUP', group, 'm', 'COUNT', 1_000, 'STREAMS', stream, '>');
        for (const id of published) await commands.acknowledge(group, id);
      }
      await commands.trim(groups);
      // The last one stays, as the mark up to which everything is known to be done.
      expect(await kept()).toEqual(published.slice(-1));
      await redis.del(stream);
    });
    await assert(property, { numRuns: 60 });
  });
});
