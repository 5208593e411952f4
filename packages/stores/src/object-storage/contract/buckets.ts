import { expect, it } from 'vitest';
import { readAll, removeBucket, type Subject } from './subject.js';

export function bucketContract(current: () => Subject): void {
  it('are set up as often as asked, also by two at once', async () => {
    const { storage, bucket } = current();
    const other = `${bucket}-two`;
    const results = await Promise.all([storage.ensureBucket(other), storage.ensureBucket(other)]);
    expect(results).toEqual([{ versioned: false }, { versioned: false }]);
    await storage.ensureBucket(other);
    const names = (await storage.client.listBuckets()).map((each) => each.name);
    expect(names).toContain(other);
    await storage.client.removeBucket(other);
    expect(await storage.client.bucketExists(other)).toBe(false);
    await storage.ping();
  });

  it('keep old versions, or say that they do not', async () => {
    const { storage, bucket } = current();
    const other = `${bucket}-versions`;
    const { versioned } = await storage.ensureBucket(other, { versioned: true });
    const { client } = storage;
    const first = await client.putObject(other, 'a.txt', 'first');
    await client.putObject(other, 'a.txt', 'second');
    expect(String(await readAll(client.getObject(other, 'a.txt')))).toBe('second');
    await client.removeObject(other, 'a.txt');
    await expect(client.getObject(other, 'a.txt')).rejects.toMatchObject({ code: 'NoSuchKey' });
    expect(first.versionId !== null).toBe(versioned);
    const { versionId } = first;
    if (versionId !== null) {
      const old = await readAll(client.getObject(other, 'a.txt', { versionId }));
      expect(String(old)).toBe('first');
    }
    await removeBucket(storage, other, versioned);
  });

  it('that do not exist are said not to', async () => {
    const { storage, bucket } = current();
    const { client } = storage;
    const missing = `${bucket}-missing`;
    await expect(client.putObject(missing, 'a', 'a')).rejects.toMatchObject({
      code: 'NoSuchBucket',
    });
    await expect(readAll(client.getObject(missing, 'a'))).rejects.toMatchObject({
      code: 'NoSuchBucket',
    });
    await expect(client.listObjects(missing).toArray()).rejects.toMatchObject({
      code: 'NoSuchBucket',
    });
  });
}
