import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { silentLogger } from '@pcc/platform';
import { Client } from 'minio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreInUseError } from '../errors.js';
import { connectObjectStorage, type ObjectStorage } from './connect.js';
import { type EmbeddedObjectStorage, startEmbeddedObjectStorage } from './embedded.js';

const bucket = 'course-media';
let directory: string;
let server: EmbeddedObjectStorage;
let storage: ObjectStorage;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'stores-s3-'));
  server = await startEmbeddedObjectStorage({ directory, logger: silentLogger });
  storage = connectObjectStorage({ url: server.url });
  await storage.ensureBucket(bucket, { versioned: true });
});

afterAll(async () => {
  await storage.close();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

const read = async (key: string): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of await storage.client.getObject(bucket, key))
    chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

describe('the embedded object storage', () => {
  it('sets up a bucket as often as asked, and says that it has no versioning', async () => {
    expect(await storage.ensureBucket(bucket, { versioned: true })).toEqual({ versioned: false });
    await storage.ping();
  });

  it('takes a streamed upload in several parts and gives it back, whole and in ranges', async () => {
    const body = randomBytes(12 * 1024 * 1024);
    const pieces = Readable.from(
      Array.from({ length: 12 }, (_, n) => body.subarray(n * 1024 * 1024, (n + 1) * 1024 * 1024)),
    );
    await storage.client.putObject(bucket, 'video/intro.mp4', pieces, undefined, {
      'Content-Type': 'video/mp4',
    });
    expect((await read('video/intro.mp4')).equals(body)).toBe(true);
    expect(await storage.client.statObject(bucket, 'video/intro.mp4')).toMatchObject({
      size: body.length,
      metaData: { 'content-type': 'video/mp4' },
    });
    const part = await storage.client.getPartialObject(bucket, 'video/intro.mp4', 1000, 50);
    const chunks: Buffer[] = [];
    for await (const chunk of part) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(body.subarray(1000, 1050))).toBe(true);
  });

  it('lets a browser upload and download by presigned URLs', async () => {
    const origin = 'https://app.example.org';
    const put = await storage.presignedPut(bucket, 'notes/it’s 1.txt', 60);
    expect(new URL(put).origin).toBe(storage.publicUrl);
    const preflight = await fetch(put, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
    const upload = await fetch(put, {
      method: 'PUT',
      body: 'hello',
      headers: { origin, 'content-type': 'text/plain' },
    });
    expect(upload.status).toBe(200);
    expect(upload.headers.get('access-control-allow-origin')).toBe('*');
    const get = await storage.presignedGet(bucket, 'notes/it’s 1.txt', 60, {
      'response-content-disposition': 'attachment; filename="n.txt"',
    });
    const download = await fetch(get, { headers: { origin } });
    expect(await download.text()).toBe('hello');
    expect(download.headers.get('content-disposition')).toContain('n.txt');
  });

  it('refuses a presigned URL that was changed, or has expired', async () => {
    const get = await storage.presignedGet(bucket, 'notes/a.txt', 60);
    const other = await fetch(get.replace('a.txt', 'b.txt'));
    expect(other.status).toBe(403);
    const old = new URL(await storage.presignedGet(bucket, 'notes/a.txt', 60));
    old.searchParams.set('X-Amz-Date', '20200101T000000Z');
    expect((await fetch(old)).status).toBe(403);
  });

  it('refuses unsigned requests in every disguise', async () => {
    await storage.client.putObject(bucket, 'secret.txt', 'secret');
    const base = `${storage.publicUrl}/${bucket}/secret.txt`;
    const attempts: [string, RequestInit?][] = [
      [base],
      [`${base}?X-Amz-Signature=00`],
      [`${base}?x-amz-algorithm=AWS4-HMAC-SHA256`],
      [`${base}?Signature=x&AWSAccessKeyId=S3RVER`],
      [base, { headers: { authorization: 'Bearer x' } }],
      [base, { method: 'PUT', body: 'overwritten' }],
      [`${storage.publicUrl}/${bucket}`, { method: 'POST', body: new FormData() }],
      [`${storage.publicUrl}/`],
    ];
    for (const [url, init] of attempts) expect((await fetch(url, init)).status, url).toBe(403);
    expect((await read('secret.txt')).toString()).toBe('secret');
  });

  it('refuses the well-known key pair and a wrong secret', async () => {
    const { hostname, port } = new URL(server.url);
    const { username } = new URL(server.url);
    for (const keys of [
      { accessKey: 'S3RVER', secretKey: 'S3RVER' },
      { accessKey: username, secretKey: 'wrong' },
    ]) {
      const client = new Client({
        endPoint: hostname,
        port: Number(port),
        useSSL: false,
        region: 'us-east-1',
        ...keys,
      });
      await expect(client.listBuckets()).rejects.toMatchObject({
        code: expect.stringMatching(/AccessDenied|SignatureDoesNotMatch/) as string,
      });
    }
  });

  it('refuses paths that lead out of the bucket', async () => {
    await expect(storage.client.getObject(bucket, '../credentials.json')).rejects.toThrow();
    await expect(storage.client.getObject(bucket, 'a/%2e%2e/%2e%2e/x')).rejects.toThrow();
  });

  it('lists and deletes', async () => {
    await storage.client.putObject(bucket, 'gone/a.txt', 'a');
    await storage.client.putObject(bucket, 'gone/b.txt', 'b');
    await storage.client.removeObject(bucket, 'gone/a.txt');
    const names: string[] = [];
    for await (const item of storage.client.listObjects(bucket, 'gone/', true)) {
      names.push((item as { name: string }).name);
    }
    expect(names).toEqual(['gone/b.txt']);
  });

  it('fails the ping at once when nothing listens', async () => {
    const down = connectObjectStorage({ url: 'http://a:b@127.0.0.1:1' });
    await expect(down.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await down.close();
  });
});

describe('its directory', () => {
  it('keeps credentials for its owner only, and is refused to a second instance', async () => {
    const { mode } = await stat(join(directory, 'credentials.json'));
    expect(mode & 0o077).toBe(0);
    await expect(startEmbeddedObjectStorage({ directory, logger: silentLogger })).rejects.toThrow(
      StoreInUseError,
    );
  });

  it('keeps objects and keys over a restart, and sweeps what a kill left behind', async () => {
    const { username, password } = new URL(server.url);
    await storage.client.putObject(bucket, 'kept.txt', 'kept');
    await server.close();
    const torn = join(directory, 'buckets', bucket, 'torn.txt._S3rver_');
    await writeFile(`${torn}object`, 'ha');
    await writeFile(`${torn}metadata.json`, '');
    await writeFile(join(directory, 'staging', 'half'), 'half');
    server = await startEmbeddedObjectStorage({ directory, logger: silentLogger });
    expect(new URL(server.url)).toMatchObject({ username, password });
    await storage.close();
    storage = connectObjectStorage({ url: server.url });
    const names: string[] = [];
    for await (const item of storage.client.listObjects(bucket, '', true)) {
      names.push((item as { name: string }).name);
    }
    expect(names).toContain('kept.txt');
    expect(names).not.toContain('torn.txt');
    expect(await readdir(join(directory, 'staging'))).toEqual([]);
    expect((await read('kept.txt')).toString()).toBe('kept');
  });
});
