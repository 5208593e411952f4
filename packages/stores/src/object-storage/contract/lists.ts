import { CopyDestinationOptions, CopySourceOptions } from 'minio';
import { expect, it } from 'vitest';
import type { Subject } from './subject.js';

/** Names that clients, servers and XML like to spell differently. */
const oddNames = [
  'a b/c d.txt',
  'Übung für «alle».pdf',
  '日本語/漢字.txt',
  '🎓/emoji.png',
  `it's "quoted".txt`,
  'a+b=c&d.txt',
  '100%25.txt',
  'a%2Fb.txt',
  'what?.txt',
  'number#1.txt',
  '(x)*!~@,;:$.txt',
  '<tag>&amp;.xml',
  '0012',
  '1e3',
];

export function listContract(current: () => Subject): void {
  it('bear any name', async () => {
    const { storage, bucket, put, text, list } = current();
    const { client } = storage;
    for (const odd of oddNames) {
      const key = `odd/${odd}`;
      await put(key, `by client: ${odd}`);
      expect(await text(key), odd).toBe(`by client: ${odd}`);
      const copy = new CopyDestinationOptions({ Bucket: bucket, Object: `odd-copy/${odd}` });
      await client.copyObject(new CopySourceOptions({ Bucket: bucket, Object: key }), copy);
      expect(await text(`odd-copy/${odd}`), odd).toBe(`by client: ${odd}`);
      const up = await fetch(await storage.presignedPut(bucket, key, 60), {
        method: 'PUT',
        body: `by URL: ${odd}`,
      });
      expect(up.status, odd).toBe(200);
      const down = await fetch(await storage.presignedGet(bucket, key, 60));
      expect(await down.text()).toBe(`by URL: ${odd}`);
    }
    const sorted = [...oddNames].sort((one, other) =>
      Buffer.compare(Buffer.from(one), Buffer.from(other)),
    );
    const keys = sorted.map((odd) => `odd/${odd}`);
    expect(await list('odd/', { version: 1 })).toEqual(keys);
    expect(await list('odd/', { version: 2 })).toEqual(keys);
    await client.removeObjects(bucket, keys);
    expect(await list('odd/')).toEqual([]);
    for (const odd of oddNames) await client.removeObject(bucket, `odd-copy/${odd}`);
    expect(await list('odd')).toEqual([]);
  });

  it('are listed beyond a thousand, each once, by both versions of the list', async () => {
    const { storage, bucket, put, list } = current();
    const keys = Array.from({ length: 1_050 }, (_, n) => `many/${n % 7}/${n}.txt`).sort();
    await inParallel(16, keys, (key) => put(key, key));
    expect(await list('many/', { version: 1 })).toEqual(keys);
    expect(await list('many/', { version: 2 })).toEqual(keys);
    const groups = Array.from({ length: 7 }, (_, n) => `many/${n}/`);
    expect(await list('many/', { version: 1, recursive: false })).toEqual(groups);
    expect(await list('many/', { version: 2, recursive: false })).toEqual(groups);
    await storage.client.removeObjects(bucket, keys);
    expect(await list('many/')).toEqual([]);
  });

  it('are deleted one by one and many at once, exactly those that are named', async () => {
    const { storage, bucket, put, list } = current();
    const { client } = storage;
    const names = ['12', '0012', '1e3', '1000', ' a ', 'a', 'deep/er/b', 'deep/er/c', 'deep/d'];
    for (const key of names) await put(`gone/${key}`, key);
    await client.removeObjects(bucket, ['gone/0012', 'gone/1e3', 'gone/ a ', 'gone/never was']);
    expect((await list('gone/')).toSorted()).toEqual(
      ['1000', '12', 'a', 'deep/d', 'deep/er/b', 'deep/er/c'].map((key) => `gone/${key}`),
    );
    await Promise.all(
      ['deep/er/b', 'deep/er/c', 'deep/d'].map((key) => client.removeObject(bucket, `gone/${key}`)),
    );
    await client.removeObject(bucket, 'gone/never was');
    expect(await list('gone/')).toEqual(['gone/1000', 'gone/12', 'gone/a']);
  });
}

async function inParallel<Item>(
  width: number,
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
