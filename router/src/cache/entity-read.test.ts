import { entityTag, generationKey, type KeyValueCache } from '@pcc/stores';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../execution/json.js';
import { readEntities, type EntityReadOptions } from './entity-read.js';
import { supergraphTags } from './supergraph-tags.js';

const tags = supergraphTags(`
  type Course implements Shown @join__type(graph: A, key: "id") @join__type(graph: B, key: "id")
    @join__type(graph: B, key: "slug school { id }") { id: ID! }
  interface Shown @join__type(graph: A, key: "id") { id: ID! }
  type Plain @join__type(graph: A) { id: ID! }`);

/** A store of which the test sees every entry. */
function setUp(overrides: Partial<KeyValueCache> = {}) {
  const entries = new Map<string, string>();
  const set = ({ key, value }: { key: string; value: string }) => entries.set(key, value);
  const store: KeyValueCache = {
    get: async (key) => entries.get(key) ?? null,
    getMany: async (keys) => keys.map((key) => entries.get(key) ?? null),
    set: async (key, value) => void set({ key, value }),
    setMany: async (many) => many.forEach(set),
    addMany: async (many) => many.map((entry) => !entries.has(entry.key) && Boolean(set(entry))),
    increment: async () => 1,
    raise: async () => undefined,
    delete: async (...keys) => keys.forEach((key) => entries.delete(key)),
    ...overrides,
  };
  const options: EntityReadOptions = {
    store,
    tagsOf: (text) => tags.tagsOf('Course', JSON.parse(text) as JsonObject),
    scopes: new Set(['public']),
    question: 'title',
    viewer: null,
    representations: ['{"__typename":"Course","id":"1"}'],
    tolerant: (work) => work.catch(() => undefined),
  };
  const kept = () => [...entries].filter(([key]) => key.startsWith('entity:'));
  return { entries, kept, read: (given = {}) => readEntities({ ...options, ...given }) };
}

/** Long enough for everything that was begun to end: the store answers at once. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const minute = { scope: 'public', maxAge: 60 } as const;

describe('a look at the cache', () => {
  it('finds what the one before kept', async () => {
    const { read } = setUp();
    const first = await read();
    expect(first?.found).toEqual([undefined]);
    first?.keep(minute, [{ title: 'x' }]);
    await settle();
    const second = await read();
    expect(second?.found).toEqual([{ title: 'x' }]);
    expect(second?.maxAge).toBeGreaterThanOrEqual(59);
    expect((await read({ question: 'other' }))?.found).toEqual([undefined]);
  });

  it('keeps nothing when somebody else named the generation meanwhile: it may have changed', async () => {
    const { read, kept } = setUp({ addMany: async (many) => many.map(() => false) });
    (await read())?.keep(minute, [{ title: 'x' }]);
    await settle();
    expect(kept()).toEqual([]);
  });

  it('serves nothing whose generation is lost', async () => {
    const { read, entries } = setUp();
    (await read())?.keep(minute, [{ title: 'x' }]);
    await settle();
    entries.delete(generationKey(entityTag('Course', { id: '1' })));
    expect((await read())?.found).toEqual([undefined]);
  });

  it('keeps neither nulls, nor what is private of nobody, nor what may not be kept, nor giants', async () => {
    const { read, kept } = setUp();
    const look = await read({ scopes: new Set(['public', 'private']) });
    look?.keep(minute, [null]);
    look?.keep({ scope: 'private', maxAge: 60 }, [{ title: 'x' }]);
    look?.keep({ scope: 'public', maxAge: 0 }, [{ title: 'x' }]);
    look?.keep(minute, [{ title: 'x'.repeat(100_000) }]);
    await settle();
    expect(kept()).toEqual([]);
  });

  it('is none when the store does not answer', async () => {
    const { read } = setUp({ getMany: () => Promise.reject(new Error('down')) });
    expect(await read()).toBeUndefined();
  });
});

describe('the tags of an entity', () => {
  it('are one for each whole key', () => {
    expect(tags.tagsOf('Course', { id: '1', slug: 'a' })).toEqual(['Course [["id","1"]]']);
    expect(tags.tagsOf('Course', { id: '1', slug: 'a', school: { id: '2' } })).toEqual([
      'Course [["id","1"]]',
      'Course [["school",{"id":"2"}],["slug","a"]]',
    ]);
    expect(tags.tagsOf('Course', { id: null })).toEqual([]);
    expect(tags.tagsOf('Plain', { id: '1' })).toEqual([]);
    expect(tags.tagsOf('Nowhere', { id: '1' })).toEqual([]);
  });

  it('of a change are those of its interfaces too', () => {
    expect(tags.changedTags('Course', { id: '1' })).toEqual([
      'Course [["id","1"]]',
      'Shown [["id","1"]]',
    ]);
  });
});
