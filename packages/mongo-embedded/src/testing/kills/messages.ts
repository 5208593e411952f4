import type { Db } from 'mongodb';
import type { Doc } from '../harness.js';
import { inTransaction } from './in-transaction.js';
import type { Part } from './part.js';

/** As the product sends a message: its number, itself and its event in one commit; all share the counter. */
export function messagePart(): Part {
  const acknowledged = new Set<string>();
  return {
    async write({ client, db, nextId }) {
      const id = nextId();
      await inTransaction(client, async (session) => {
        const counter = await db
          .collection<Doc>('counters')
          .findOneAndUpdate(
            { _id: 'messages' },
            { $inc: { seq: 1 } },
            { session, upsert: true, returnDocument: 'after' },
          );
        const message = { _id: id, seq: Number(counter?.['seq']) };
        await db.collection<Doc>('messages').insertOne({ ...message }, { session });
        await db.collection<Doc>('outbox').insertOne({ ...message }, { session });
      });
      acknowledged.add(id);
    },
    async check({ db }) {
      const [messages, outbox] = [await bySeq(db, 'messages'), await bySeq(db, 'outbox')];
      const counter = await db.collection<Doc>('counters').findOne({ _id: 'messages' });
      const stored = new Set(messages.map(({ _id }) => String(_id)));
      const lost = [...acknowledged].filter((id) => !stored.has(id));
      const gapless = messages.every(({ seq }, at) => seq === at + 1);
      return [
        ...lost.map((id) => `the message ${id} is lost`),
        ...(JSON.stringify(messages) === JSON.stringify(outbox)
          ? []
          : ['messages and outbox differ']),
        ...(gapless && Number(counter?.['seq'] ?? 0) === messages.length
          ? []
          : [`${messages.length} messages are not numbered 1 to ${String(counter?.['seq'])}`]),
      ];
    },
  };
}

const bySeq = (db: Db, name: string): Promise<Doc[]> =>
  db.collection<Doc>(name).find().sort({ seq: 1 }).toArray();
