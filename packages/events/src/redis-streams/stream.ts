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

/** Redis' commands on one stream, with typed answers. */
export const streamCommands = (redis: Redis, stream: string) => ({
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
  async read(
    group: string,
    consumer: string,
    count: number,
    blockMs: number,
  ): Promise<StreamEntry[]> {
    const reply = readReply.parse(
      await redis.xreadgroup(
        'GROUP',
        group,
        consumer,
        'COUNT',
        count,
        'BLOCK',
        blockMs,
        'STREAMS',
        stream,
        '>',
      ),
    );
    return entriesOf(reply?.[0]?.[1] ?? []);
  },
  async acknowledge(group: string, id: string): Promise<void> {
    await redis.xack(stream, group, id);
  },
  /** Takes over entries that nobody has acknowledged for `idleMs`. `cursor` is where to go on; `0-0` ends. */
  async claim(group: string, consumer: string, idleMs: number, from: string) {
    const [cursor, entries] = claimReply.parse(
      await redis.xautoclaim(stream, group, consumer, idleMs, from, 'COUNT', 100),
    );
    return { cursor, entries: entriesOf(entries) };
  },
  /**
   * Drops entries that every one of `groups` has acknowledged.
   * The order of questions matters: what is pending is asked after what was delivered, so an entry that is
   * delivered in between only makes the bound lower than it could be.
   */
  async trim(groups: readonly string[]): Promise<void> {
    const known = groupsOf(await redis.xinfo('GROUPS', stream));
    const bounds: string[] = [];
    for (const group of groups) {
      const delivered = known.get(group);
      if (delivered === undefined) return;
      const [oldest] = pendingReply.parse(await redis.xpending(stream, group, '-', '+', 1));
      bounds.push(oldest?.[0] ?? delivered);
    }
    const lowest = bounds.sort(compareIds)[0];
    if (lowest !== undefined) await redis.xtrim(stream, 'MINID', lowest);
  },
  /** Forgets a consumer that has nothing pending; with something pending it must stay, to be reclaimed. */
  async leave(group: string, consumer: string): Promise<void> {
    const pending = pendingReply.parse(await redis.xpending(stream, group, '-', '+', 1, consumer));
    if (pending.length === 0) await redis.xgroup('DELCONSUMER', stream, group, consumer);
  },
});

export type StreamCommands = ReturnType<typeof streamCommands>;

export const isReply = (error: unknown, code: string): boolean =>
  error instanceof ReplyError && (error as Error).message.startsWith(code);

/** Group name to the id it was last delivered. XINFO answers in flat lists of names and values. */
function groupsOf(reply: unknown): Map<string, string> {
  const rows = z.array(z.array(z.unknown())).parse(reply);
  return new Map(
    rows.map((row) => {
      const field = (name: string) => z.string().parse(row[row.indexOf(name) + 1]);
      return [field('name'), field('last-delivered-id')];
    }),
  );
}

/** Stream ids are `milliseconds-sequence`: compared as numbers, part by part. */
export function compareIds(left: string, right: string): number {
  const [leftMs = 0n, leftSequence = 0n] = left.split('-').map(BigInt);
  const [rightMs = 0n, rightSequence = 0n] = right.split('-').map(BigInt);
  const difference = leftMs === rightMs ? leftSequence - rightSequence : leftMs - rightMs;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
