import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { liveMemory } from '../../live-memory.js';
import { megabyte, type Subject } from './subject.js';

export function uploadContract(current: () => Subject): void {
  it('come as streams of unknown length, of which a few parts are in memory', async () => {
    const { storage, bucket, stat } = current();
    const sent = createHash('sha256');
    const memory = liveMemory();
    const blocks = function* () {
      for (let n = 0; n < 50; n++) {
        const block = randomBytes(megabyte);
        sent.update(block);
        if (n % 6 === 5) memory.sample();
        yield block;
      }
    };
    const source = Readable.from(blocks(), { objectMode: false, highWaterMark: megabyte });
    await storage.client.putObject(bucket, 'video/long.mp4', source, undefined, {
      'Content-Type': 'video/mp4',
    });
    expect(memory.held()).toBeLessThan(21 * megabyte);
    const received = createHash('sha256');
    for await (const chunk of await storage.client.getObject(bucket, 'video/long.mp4')) {
      received.update(chunk as Buffer);
    }
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    expect(await stat('video/long.mp4')).toMatchObject({
      size: 50 * megabyte,
      metaData: { 'content-type': 'video/mp4' },
    });
  });

  it('are not there when their upload was broken off', async () => {
    const { storage, bucket, mustBeAbsent, list, presign } = current();
    const sending = httpRequest(presign('PUT', 'broken.bin'), {
      method: 'PUT',
      headers: { 'content-length': 2 * megabyte },
    });
    sending.on('error', () => undefined);
    await new Promise((resolve) => sending.write(randomBytes(megabyte), resolve));
    const closed = new Promise((resolve) => sending.on('close', resolve));
    sending.destroy();
    await closed;
    await mustBeAbsent('broken.bin');
    const parts = await storage.client.initiateNewMultipartUpload(bucket, 'aborted.bin', {});
    await mustBeAbsent('aborted.bin');
    await storage.client.abortMultipartUpload(bucket, 'aborted.bin', parts);
    const complete = () =>
      storage.client.completeMultipartUpload(bucket, 'aborted.bin', parts, [
        { part: 1, etag: 'd41d8cd98f00b204e9800998ecf8427e' },
      ]);
    await expect(complete()).rejects.toMatchObject({ code: 'NoSuchUpload' });
    await mustBeAbsent('aborted.bin');
    expect(await list('broken')).toEqual([]);
  });

  it('cannot be completed of parts that were never sent', async () => {
    const { storage, bucket, mustBeAbsent } = current();
    const { client } = storage;
    const upload = await client.initiateNewMultipartUpload(bucket, 'parts.bin', {});
    const complete = client.completeMultipartUpload(bucket, 'parts.bin', upload, [
      { part: 1, etag: 'd41d8cd98f00b204e9800998ecf8427e' },
    ]);
    await expect(complete).rejects.toMatchObject({ code: 'InvalidPart' });
    await mustBeAbsent('parts.bin');
    await client.abortMultipartUpload(bucket, 'parts.bin', upload);
  });
}
