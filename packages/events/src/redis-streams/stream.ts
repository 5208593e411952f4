import { ReplyError, type Redis } from 'ioredis';
import { z } from 'zod';

/** One entry of the stream: Redis' id and the event as JSON. */
export interface StreamEntry {
  readonly id: string;
  readonly json: string;
}

const entrySchema = z.tuple([z.string(), z.array(z.string()).nullable()]);
const readReply = z.array(z.tuple([z.string(), z.array(entrySchema)])).nullable();
const claimReply = z.tuple([z.string(), z.array(entrySchema.nullable())]).rest(z.unknown());
const pendingReply = z.array(z.tuple([z.string()]).rest(z.unknown()));

const entriesOf = (raw: readonly (z.output<typeof entrySchema> | null)[]): StreamEntry[] =>
  raw.flatMap((entry) => {
    const fields = entry?.[1];
    // A claimed entry that was trimmed has no fields any more: nothing is left to do.
    if (entry == null || fields == null) return [];
    return [{ id: entry[0], json: fields[1] ?? '' }];
  });

/** Atomic, so that nothing is delivered to the member between the question and its removal. */
const leaveScript = `
if #redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2]) > 0 then return 0 end
return redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])`;

/** Redis' commands on one stream, with typed answers. */
export function streamCommands(redis: Redis, stream: string) {
  const read = async (group: string, consumer: string, count: number, rest: (string | number)[]) =>
    entriesOf(
      readReply.parse(
        await redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count, ...rest),
      )?.[0]?.[1] ?? [],
    );
  /** Forgets a member that has nothing pending; with something pending it must stay, to be reclaimed. */
  const leave = (group: string, consumer: string) =>
    redis.eval(leaveScript, 1, stream, group, consumer);

  return {
    async append(json: string): Promise<void> {
      await redis.xadd(stream, '*', 'event', json);
    },
    /** Makes a group that starts at the stream's beginning, if there is none yet. */
    async ensureGroup(group: string): Promise<void> {
      try {
        await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
      } catch (error) {
        if (!isReply(error, 'BUSYGROUP')) throw error;
      }
    },
    /** New entries; waits up to `blockMs` for one. */
    read: (group: string, consumer: string, count: number, blockMs: number) =>
      read(group, consumer, count, ['BLOCK', blockMs, 'STREAMS', stream, '>']),
    /** Entries that were delivered to this member before and not acknowledged. */
    readAgain: (group: string, consumer: string, count: number) =>
      read(group, consumer, count, ['STREAMS', stream, '0']),
    async acknowledge(group: string, id: string): Promise<void> {
      await redis.xack(stream, group, id);
    },
    /** Takes over entries that nobody has acknowledged for `idleMs`. `cursor` is where to go on; `0-0` ends. */
    async claim(group: string, consumer: string, idleMs: number, from: string, count: number) {
      const [cursor, entries] = claimReply.parse(
        await redis.xautoclaim(stream, group, consumer, idleMs, from, 'COUNT', count),
      );
      return { cursor, entries: entriesOf(entries) };
    },
    /**
     * Drops entries that every group has acknowledged: those in `groups` and any other that a newer version
     * has made. The order of questions matters: what is pending is asked after what was delivered, so an
     * entry that is delivered in between only makes the bound lower than it could be.
     */
    async trim(groups: readonly string[]): Promise<void> {
      const known = recordsOf(await redis.xinfo('GROUPS', stream));
      if (!groups.every((name) => known.some((group) => group['name'] === name))) return;
      const bounds: string[] = [];
      for (const { name, 'last-delivered-id': delivered } of known) {
        const [oldest] = pendingReply.parse(
          await redis.xpending(stream, String(name), '-', '+', 1),
        );
        bounds.push(oldest?.[0] ?? String(delivered));
      }
      const lowest = bounds.sort(compareIds)[0];
      if (lowest !== undefined) await redis.xtrim(stream, 'MINID', lowest);
    },
    leave,
    /** Forgets members that have not asked for anything in `idleMs`: they died without leaving. */
    async forgetDead(group: string, idleMs: number): Promise<void> {
      for (const { name, pending, idle } of recordsOf(
        await redis.xinfo('CONSUMERS', stream, group),
      )) {
        if (Number(idle) > idleMs && Number(pending) === 0) await leave(group, String(name));
      }
    },
  };
}

export type StreamCommands = ReturnType<typeof streamCommands>;

export const isReply = (error: unknown, code: string): boolean =>
  error instanceof ReplyError && (error as Error).message.startsWith(code);

/** XINFO answers in flat lists of names and values. */
function recordsOf(reply: unknown): Record<string, unknown>[] {
  const rows = z.array(z.array(z.unknown())).parse(reply);
  return rows.map((row) =>
    Object.fromEntries(
      row.flatMap((name, index) => (index % 2 === 0 ? [[String(name), row[index + 1]]] : [])),
    ),
  );
}

/** Stream ids are `milliseconds-sequence`: compared as numbers, part by part. */
export function compareIds(left: string, right: string): number {
  const [leftMs = 0n, leftSequence = 0n] = left.split('-').map(BigInt);
  const [rightMs = 0n, rightSequence = 0n] = right.split('-').map(BigInt);
  const difference = leftMs === rightMs ? leftSequence - rightSequence : leftMs - rightMs;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
