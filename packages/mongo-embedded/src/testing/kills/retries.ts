import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Binary } from 'bson';
import type { Document } from '../../bson/types.js';
import type { Doc } from '../harness.js';
import { sendRaw } from '../raw.js';
import type { Part, RunningServer } from './part.js';
import { killDatabase } from './part.js';

/** One client's session. It knows how many of its writes happened. */
interface RetrySession {
  readonly name: string;
  readonly lsid: Document;
  number: bigint;
  done: number;
  /** What it sent last, if sending that again makes sense. */
  last: { readonly command: Document; reply?: Document } | undefined;
}

/**
 * Retryable writes and commits, sent without a driver, so that the last one of each client can be sent again
 * after the restart, whether its answer came or not: all in all each is executed exactly once.
 */
export function retryPart(): Part {
  const sessions = new Map<string, RetrySession>();
  return {
    async write({ name, random, url }) {
      const lsid = { id: new Binary(randomBytes(16), 4) };
      const fresh: RetrySession = { name, lsid, number: 0n, done: 0, last: undefined };
      const session = sessions.get(name) ?? fresh;
      sessions.set(name, session);
      const txnNumber = ++session.number;
      const envelope = { lsid: session.lsid, $db: killDatabase, txnNumber };
      const commands = random.pick(kinds)(name, Number(txnNumber));
      session.last = undefined;
      for (const [at, command] of commands.entries()) {
        const last: RetrySession['last'] = { command: { ...command, ...envelope } };
        if (at === commands.length - 1) session.last = last;
        last.reply = await sendRaw(url, last.command);
      }
      session.done++;
    },
    async check(server) {
      const problems: string[] = [];
      for (const session of sessions.values()) problems.push(...(await repeat(server, session)));
      return problems;
    },
  };
}

async function repeat({ url, db }: RunningServer, session: RetrySession): Promise<string[]> {
  const { name, last } = session;
  const problems: string[] = [];
  if (last) {
    const again = await sendRaw(url, last.command);
    const failed = again['ok'] !== 1 || again['writeErrors'] !== undefined;
    const lostTransaction = 'commitTransaction' in last.command && again['code'] === 251;
    if (last.reply && !isDeepStrictEqual(again, last.reply))
      problems.push(`${name}: repeated, ${show(last.reply)} became ${show(again)}`);
    else if (failed && !lostTransaction)
      problems.push(`${name}: repeated, it failed: ${show(again)}`);
    else if (!last.reply && !failed) session.done++;
    session.last = undefined;
  }
  const counter = await db.collection<Doc>('retried').findOne({ _id: name });
  const marks = await db.collection<Doc>('marks').countDocuments({ by: name });
  if (Number(counter?.['n'] ?? 0) + marks !== session.done)
    problems.push(`${name}: ${session.done} writes, but ${show(counter)} and ${marks} marks`);
  return problems;
}

const show = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}` : item));

/** The commands of one write. Each adds exactly one to what `repeat` counts. */
const kinds: readonly ((name: string, number: number) => Document[])[] = [
  (name) => [
    {
      update: 'retried',
      updates: [
        { q: { _id: name }, u: { $inc: { n: 2 } }, upsert: true },
        { q: { _id: name }, u: { $inc: { n: -1 } } },
      ],
    },
  ],
  (name) => [
    {
      findAndModify: 'retried',
      query: { _id: name },
      update: { $inc: { n: 1 } },
      upsert: true,
      new: true,
    },
  ],
  (name, number) => [
    { insert: 'marks', documents: [{ _id: `${name}-${number}`, by: name }], ordered: false },
  ],
  (name, number) => [
    {
      insert: 'marks',
      documents: [{ _id: `${name}-${number}`, by: name }],
      startTransaction: true,
      autocommit: false,
    },
    {
      update: 'retried',
      updates: [{ q: { _id: name }, u: { $inc: { n: 0 } } }],
      autocommit: false,
    },
    { commitTransaction: 1, autocommit: false },
  ],
];
