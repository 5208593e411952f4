import { createHash, randomBytes } from 'node:crypto';
import { CopyDestinationOptions, CopySourceOptions } from 'minio';
import { expect, it } from 'vitest';
import { readAll, type Subject } from './subject.js';

export function objectContract(current: () => Subject): void {
  it('come back whole and with their headers', async () => {
    const { put, read, stat, mustBeAbsent } = current();
    const body = Buffer.from('WEBVTT\n\nHello');
    await put('notes/a.vtt', body, {
      'Content-Type': 'text/vtt',
      'Cache-Control': 'private',
      'X-Amz-Meta-Course': 'c-1',
    });
    const found = await stat('notes/a.vtt');
    expect(found).toMatchObject({
      size: body.length,
      etag: createHash('md5').update(body).digest('hex'),
      metaData: { 'content-type': 'text/vtt', 'cache-control': 'private', course: 'c-1' },
    });
    expect(Math.abs(Date.now() - found.lastModified.getTime())).toBeLessThan(60_000);
    expect(await read('notes/a.vtt')).toEqual(body);
    await put('notes/empty', '');
    expect((await read('notes/empty')).length).toBe(0);
    await mustBeAbsent('notes/b.vtt');
  });

  it('are read in ranges', async () => {
    const { storage, bucket, put } = current();
    const body = randomBytes(1000);
    await put('range.bin', body);
    const url = await storage.presignedGet(bucket, 'range.bin', 60);
    const ranges: [string, Buffer][] = [
      ['bytes=0-0', body.subarray(0, 1)],
      ['bytes=0-1', body.subarray(0, 2)],
      ['bytes=100-199', body.subarray(100, 200)],
      ['bytes=990-', body.subarray(990)],
      ['bytes=990-5000', body.subarray(990)],
      ['bytes=-5', body.subarray(995)],
      ['bytes=-5000', body],
    ];
    for (const [range, expected] of ranges) {
      const answer = await fetch(url, { headers: { range } });
      expect(answer.status, range).toBe(206);
      expect(Buffer.from(await answer.arrayBuffer()).equals(expected), range).toBe(true);
      const start = body.length - expected.length;
      if (range.startsWith('bytes=-')) {
        expect(answer.headers.get('content-range')).toBe(`bytes ${start}-999/1000`);
      }
    }
    const beyond = await fetch(url, { headers: { range: 'bytes=1000-' } });
    expect(beyond.status).toBe(416);
    expect(await beyond.text()).toContain('<Code>InvalidRange</Code>');
    const part = await readAll(storage.client.getPartialObject(bucket, 'range.bin', 10, 5));
    expect(part.equals(body.subarray(10, 15))).toBe(true);
  });

  it('are copied, with their headers or new ones', async () => {
    const { storage, bucket, put, text, stat, mustBeAbsent } = current();
    const { client } = storage;
    await put('copy/source, “1”.txt', 'body', {
      'Content-Type': 'text/plain',
      'X-Amz-Meta-A': '1',
    });
    const source = new CopySourceOptions({ Bucket: bucket, Object: 'copy/source, “1”.txt' });
    const to = (Object: string, more = {}) =>
      new CopyDestinationOptions({ Bucket: bucket, Object, ...more });
    // Over something else: nothing of it may stay.
    await put('copy/kept.txt', 'something longer than that', { 'X-Amz-Meta-B': '2' });
    await client.copyObject(source, to('copy/kept.txt'));
    expect(await text('copy/kept.txt')).toBe('body');
    const kept = await stat('copy/kept.txt');
    expect(kept).toMatchObject({
      size: 4,
      etag: createHash('md5').update('body').digest('hex'),
      metaData: { 'content-type': 'text/plain', a: '1' },
    });
    expect(kept.metaData['b']).toBeUndefined();
    const replaced = to('copy/new.txt', {
      MetadataDirective: 'REPLACE',
      Headers: { 'Content-Type': 'text/csv' },
    });
    await client.copyObject(source, replaced);
    expect(await text('copy/new.txt')).toBe('body');
    expect((await stat('copy/new.txt')).metaData['content-type']).toBe('text/csv');
    const missing = new CopySourceOptions({ Bucket: bucket, Object: 'copy/missing.txt' });
    await expect(client.copyObject(missing, to('copy/none.txt'))).rejects.toMatchObject({
      code: 'NoSuchKey',
    });
    await mustBeAbsent('copy/none.txt');
  });

  it('are one or the other to those who read while they are overwritten', async () => {
    const { put, text, stat } = current();
    const bodies = ['a', 'b', 'c'].map((letter, n) => letter.repeat((n + 1) * 50_000));
    const seen = new Set<string>();
    await put('shared.txt', bodies[0] ?? '');
    let writing = true;
    const reading = (async () => {
      while (writing) {
        const body = await text('shared.txt');
        expect(bodies).toContain(body);
        seen.add(body);
      }
    })();
    for (let round = 0; round < 10; round++) {
      await Promise.all(bodies.map((body) => put('shared.txt', body)));
    }
    writing = false;
    await reading;
    const body = await text('shared.txt');
    const { etag } = await stat('shared.txt');
    expect(etag).toBe(createHash('md5').update(body).digest('hex'));
    expect(seen.size).toBeGreaterThan(0);
  });
}
