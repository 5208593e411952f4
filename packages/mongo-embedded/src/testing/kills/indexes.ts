import type { CreateIndexesOptions, Document, IndexSpecification } from 'mongodb';
import type { Doc } from '../harness.js';
import type { Random } from '../random.js';
import { itemCollection } from './items.js';
import type { Part, RunningServer } from './part.js';

type Definition = [key: IndexSpecification, options: CreateIndexesOptions];

/** What is created and dropped while others write. */
const definitions: Readonly<Record<string, Definition>> = {
  slug: [{ slug: 1 }, { unique: true }],
  multikey: [{ tags: 1, n: -1 }, {}],
  compound: [{ n: -1, slug: 1 }, {}],
  sparse: [{ urgent: 1 }, { sparse: true }],
  partial: [{ n: 1 }, { partialFilterExpression: { urgent: { $exists: true } }, unique: false }],
};

/** Whether each index is there is known, unless its creation or removal was interrupted. */
export function indexPart(): Part {
  const present = new Map<string, boolean | 'doubtful'>();
  return {
    async write({ db, random }) {
      const name = random.pick(Object.keys(definitions));
      const [key, options] = definitions[name] ?? [{}, {}];
      if (present.get(name) === 'doubtful') return;
      const wasPresent = present.get(name) === true;
      present.set(name, 'doubtful');
      if (wasPresent) await db.collection(itemCollection).dropIndex(name);
      else await db.collection(itemCollection).createIndex(key, { ...options, name });
      present.set(name, !wasPresent);
    },
    async check(server) {
      const problems: string[] = [];
      const names = new Set((await listIndexes(server)).map(({ name }) => String(name)));
      for (const [name, wanted] of present) {
        if (wanted !== 'doubtful' && wanted !== names.has(name))
          problems.push(`the index ${name} is ${wanted ? 'gone' : 'back'}`);
        present.set(name, names.has(name));
      }
      return problems;
    },
  };
}

async function listIndexes({ db }: RunningServer): Promise<Document[]> {
  const collections = await db.listCollections({ name: itemCollection }).toArray();
  return collections.length === 0 ? [] : db.collection(itemCollection).indexes();
}

/** Asks by every index for what some documents hold, and reads the same without one. */
export async function indexesTellTheTruth(
  server: RunningServer,
  random: Random,
): Promise<string[]> {
  const collection = server.db.collection<Doc>(itemCollection);
  const ids = async (filter: object, hint: string | object): Promise<string> => {
    const found = await collection
      .find(filter, { projection: { _id: 1 } })
      .hint(hint)
      .toArray();
    return JSON.stringify(found.map(({ _id }) => String(_id)).sort());
  };
  const natural = { $natural: 1 };
  const all = await collection.find().hint(natural).toArray();
  const problems: string[] = [];
  for (const { name, key, sparse, partialFilterExpression } of await listIndexes(server)) {
    const fields = Object.keys(key as Document);
    const probes = random.sample(all, 8).map((item) => probe(item, fields, sparse === true));
    if (sparse !== true) probes.push({ ...(partialFilterExpression as object | undefined) });
    for (const filter of probes) {
      const asked = { ...filter, ...(partialFilterExpression as object | undefined) };
      if ((await ids(asked, String(name))) !== (await ids(asked, natural)))
        problems.push(
          `the index ${String(name)} differs from the data for ${JSON.stringify(asked)}`,
        );
    }
  }
  return problems;
}

function probe(item: Doc, fields: readonly string[], sparse: boolean): object {
  const values = fields.map((field): [string, unknown] => {
    const value: unknown = item[field];
    return [field, Array.isArray(value) ? value[0] : (value ?? (sparse ? -1 : null))];
  });
  return Object.fromEntries(values);
}
