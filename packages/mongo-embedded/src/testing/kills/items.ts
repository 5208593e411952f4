import type { Collection } from 'mongodb';
import type { Doc } from '../harness.js';
import { inTransaction } from './in-transaction.js';
import type { Changes, Journal, State } from './journal.js';
import { createJournal } from './journal.js';
import type { Part, RunningServer, Writer } from './part.js';

export const itemCollection = 'items';

/** Documents that each belong to one writer, so that their exact states are known. */
export function itemPart(): Part {
  const journal = createJournal();
  return {
    write: (writer) => writer.random.pick(writes)(writer, journal),
    async check(server) {
      const found = await items(server).find().hint({ $natural: 1 }).toArray();
      return journal.settle(new Map(found.map((item) => [String(item._id), item])));
    },
  };
}

type Write = (writer: Writer, journal: Journal) => Promise<void>;

const items = ({ db }: RunningServer): Collection<Doc> => db.collection<Doc>(itemCollection);
const change = (item: Doc): Changes => new Map([[String(item._id), item]]);

/**
 * The n-th state of an item. Every field tells n, so that half an update cannot look like a whole one. The
 * fields are in the order in which an upsert makes them.
 */
const itemAt = (id: string, n: number): Doc => ({
  _id: id,
  n,
  slug: `slug-${id}`,
  tags: [`t${n % 7}`, `u${n % 5}`],
  text: `${id} ${n} `.repeat(1 + (n % 40)),
  ...(n % 3 === 0 ? { urgent: n } : {}),
});

const next = (item: Doc): Doc => itemAt(String(item._id), Number(item['n']) + 1);

function pickOwn({ name, random }: Writer, journal: Journal, count: number): Doc[] {
  const own = [...journal.acknowledged.values()].filter(({ _id }) =>
    String(_id).startsWith(`${name}-`),
  );
  return random.sample(own, count);
}

const insertOne: Write = async (writer, journal) => {
  const item = itemAt(writer.nextId(), writer.random.below(10));
  await journal.write([change(item)], () => items(writer).insertOne({ ...item }));
};

const insertMany: Write = async (writer, journal) => {
  const added = Array.from({ length: 15 }, () => itemAt(writer.nextId(), 1));
  await journal.write(added.map(change), () =>
    items(writer).insertMany(
      added.map((item) => ({ ...item })),
      { ordered: writer.random.chance(0.5) },
    ),
  );
};

const update: Write = async (writer, journal) => {
  const [item] = pickOwn(writer, journal, 1);
  if (!item) return insertOne(writer, journal);
  const { n: _n, _id: _unchanged, ...set } = next(item);
  const unset = 'urgent' in set ? {} : { $unset: { urgent: '' } };
  const changes = { $inc: { n: 1 }, $set: set, ...unset };
  await journal.write([change(next(item))], () => items(writer).updateOne(byId(item), changes));
};

const bulkWrite: Write = async (writer, journal) => {
  const [replaced, counted, removed] = pickOwn(writer, journal, 3);
  if (!replaced || !counted || !removed) return insertMany(writer, journal);
  const added = itemAt(writer.nextId(), 2);
  const upserted = itemAt(writer.nextId(), 3);
  const { _id: _upsertedId, ...onInsert } = upserted;
  const { _id, ...replacement } = next(replaced);
  const groups = [
    change(next(replaced)),
    change({ ...counted, n: Number(counted['n']) + 100 }),
    new Map<string, State>([[String(removed._id), undefined]]),
    change(added),
    change(upserted),
  ];
  const update = { $setOnInsert: onInsert };
  await journal.write(groups, () =>
    items(writer).bulkWrite(
      [
        { replaceOne: { filter: byId(replaced), replacement } },
        { updateOne: { filter: byId(counted), update: { $inc: { n: 100 } } } },
        { deleteOne: { filter: byId(removed) } },
        { insertOne: { document: { ...added } } },
        { updateOne: { filter: byId(upserted), update, upsert: true } },
      ],
      { ordered: writer.random.chance(0.5) },
    ),
  );
};

const byId = ({ _id }: Doc): { _id: string } => ({ _id: String(_id) });

/** Two items change together. */
const updateTwo: Write = async (writer, journal) => {
  const after = pickOwn(writer, journal, 2).map(next);
  if (after.length < 2) return insertMany(writer, journal);
  const together = new Map(after.map((item) => [String(item._id), item]));
  await journal.write([together], () =>
    inTransaction(writer.client, async (session) => {
      for (const item of after) await items(writer).replaceOne(byId(item), item, { session });
    }),
  );
};

const writes: readonly Write[] = [insertOne, insertMany, update, update, bulkWrite, updateTwo];
