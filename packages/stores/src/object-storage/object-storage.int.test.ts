import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { silentLogger } from '@pcc/platform';
import { testDirectory, waitFor, type TestDirectory } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreInUseError } from '../errors.js';
import { connectObjectStorage, type ObjectStorage } from './connect.js';
import { readAll } from './contract/subject.js';
import { type EmbeddedObjectStorage, startEmbeddedObjectStorage } from './embedded.js';
import { objectStorageContract } from './object-storage.contract.js';
import { parseS3Url } from './s3-url.js';
import { formatTimestamp, presignUrl, signText } from './signature.js';

objectStorageContract('the embedded object storage', async () => {
  const directory = await testDirectory();
  const server = await startEmbeddedObjectStorage({
    directory: directory.path,
    logger: silentLogger,
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await directory.close();
    },
  };
});

const bucket = 'course-media';
let directory: TestDirectory;
let server: EmbeddedObjectStorage;
let storage: ObjectStorage;

const start = async () => {
  server = await startEmbeddedObjectStorage({ directory: directory.path, logger: silentLogger });
  storage = connectObjectStorage({ url: server.url });
};
beforeAll(async () => {
  directory = await testDirectory();
  await start();
  await storage.ensureBucket(bucket);
});
afterAll(async () => {
  await storage.close();
  await server.close();
  await directory.close();
});

const text = async (key: string) =>
  (await readAll(storage.client.getObject(bucket, key))).toString();
const names = async () => {
  const items = (await storage.client.listObjects(bucket, '', true).toArray()) as {
    name: string;
  }[];
  return items.map(({ name }) => name);
};

describe('beyond the contract, the embedded object storage', () => {
  it('keeps no versions', async () => {
    expect(await storage.ensureBucket(bucket, { versioned: true })).toEqual({ versioned: false });
  });

  it('fails the ping at once when nothing listens', async () => {
    const down = connectObjectStorage({ url: 'http://a:b@127.0.0.1:1' });
    await expect(down.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await down.close();
  });

  it('refuses paths that lead out of the bucket, or name an object in two ways', async () => {
    const at = (path: string) => {
      const location = parseS3Url(server.url);
      const url = presignUrl({
        ...location,
        method: 'GET',
        path: `/${bucket}/PATH`,
        headers: {},
        expirySeconds: 60,
        now: new Date(),
      });
      return new Promise<number | undefined>((resolve, reject) => {
        const { hostname, port, pathname, search } = new URL(url);
        // fetch would make these paths plain before it sends them.
        const sent = pathname.replace('PATH', path) + search;
        httpRequest({ hostname, port, path: sent }, ({ statusCode }) => resolve(statusCode))
          .on('error', reject)
          .end();
      });
    };
    const wrong = ['../credentials.json', 'a/%2e%2e/%2e%2e/x', '..%2Fcredentials.json', 'a//b'];
    for (const path of [...wrong, '/a', './a', 'a%00', '%', 'x'.repeat(300)]) {
      expect(await at(path), path).toBe(400);
    }
  });

  it('does not let a presigned PUT become a copy of what its bearer may not read', async () => {
    await storage.client.putObject(bucket, 'private.txt', 'private');
    const url = await storage.presignedPut(bucket, 'mine.txt', 60);
    const refused = await fetch(url, {
      method: 'PUT',
      headers: { 'x-amz-copy-source': `/${bucket}/private.txt` },
    });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('x-amz-copy-source');
  });

  it('answers several ranges, and none that make sense, with the whole', async () => {
    await storage.client.putObject(bucket, 'range.txt', '0123456789');
    const url = await storage.presignedGet(bucket, 'range.txt', 60);
    for (const range of ['bytes=0-1,3-4', 'bytes=5-2', 'bytes=-', 'lines=1-2']) {
      const whole = await fetch(url, { headers: { range } });
      expect(whole.status, range).toBe(200);
      expect(await whole.text()).toBe('0123456789');
    }
  });

  it('lists groups in the middle of keys, page by page', async () => {
    for (const key of ['a-b', 'a', 'a/1', 'a/2', 'a0', 'b/1']) {
      await storage.client.putObject(bucket, `page/${key}`, key);
    }
    const location = parseS3Url(server.url);
    const seen: string[] = [];
    let marker = '';
    do {
      const query = { prefix: 'page/', delimiter: '/', 'max-keys': '1', marker };
      const url = await storage.client.presignedUrl('GET', bucket, '', 60, query);
      expect(new URL(url).host).toBe(location.endpoint.host);
      const xml = await (await fetch(url)).text();
      const [, name = ''] = /<(?:Key|CommonPrefixes><Prefix)>([^<]+)</.exec(xml) ?? [];
      seen.push(name);
      marker = /<NextMarker>([^<]+)</.exec(xml)?.[1] ?? '';
    } while (marker !== '');
    expect(seen).toEqual(['a', 'a-b', 'a/', 'a0', 'b/'].map((key) => `page/${key}`));
  });
});

describe('a form under a policy of one’s own', () => {
  /** Signs any policy as the server's owner would. */
  const send = async (conditions: unknown, more: Record<string, string> = {}, expiration = 60) => {
    const { accessKey, secretKey, region } = parseS3Url(server.url);
    const timestamp = formatTimestamp(new Date());
    const scope = { date: timestamp.slice(0, 8), region };
    const policy = Buffer.from(
      typeof conditions === 'string'
        ? conditions
        : JSON.stringify({
            expiration: new Date(Date.now() + expiration * 1000).toISOString(),
            conditions: [
              { bucket },
              ['starts-with', '$x-amz-credential', ''],
              { 'x-amz-algorithm': 'AWS4-HMAC-SHA256', 'x-amz-date': timestamp },
              ...(conditions as unknown[]),
            ],
          }),
    ).toString('base64');
    const data = new FormData();
    const fields = {
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': `${accessKey}/${scope.date}/${region}/s3/aws4_request`,
      'x-amz-date': timestamp,
      policy,
      'x-amz-signature': signText(secretKey, scope, policy),
      ...more,
    };
    for (const [name, value] of Object.entries(fields)) data.set(name, value);
    data.set('file', new Blob(['body']), 'my file.txt');
    const answer = await fetch(`${storage.publicUrl}/${bucket}`, {
      method: 'POST',
      body: data,
      redirect: 'manual',
    });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  };
  const anyKey = ['starts-with', '$key', 'user/'];

  it('puts the file’s name into the key, keeps headers, and answers as asked', async () => {
    const more = { key: 'user/${filename}', success_action_status: '201', 'x-amz-meta-a': '1' };
    const { status, headers, body } = await send(
      [anyKey, { success_action_status: '201' }, ['eq', '$X-Amz-Meta-A', '1']],
      more,
    );
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/${bucket}/user/my%20file.txt`);
    expect(body).toContain('<Key>user/my file.txt</Key>');
    expect(await text('user/my file.txt')).toBe('body');
    const { metaData } = await storage.client.statObject(bucket, 'user/my file.txt');
    expect(metaData).toMatchObject({ a: '1' });
    const redirect = 'https://app.example.org/done?from=form';
    const redirected = await send([anyKey, ['starts-with', '$success_action_redirect', redirect]], {
      key: 'user/b.txt',
      success_action_redirect: redirect,
      'x-ignore-me': 'x',
    });
    expect(redirected.status).toBe(303);
    expect(redirected.headers.get('location')).toMatch(
      /^https:\/\/app.example.org\/done\?from=form&bucket=course-media&key=user%2Fb.txt&etag=%22/,
    );
  });

  it('is refused with the code of S3', async () => {
    const cases: [string, number, unknown, Record<string, string>][] = [
      ['AccessDenied', 403, [anyKey], { key: 'other/a.txt' }],
      ['AccessDenied', 403, [], { key: 'user/a.txt' }],
      ['AccessDenied', 403, [anyKey, { acl: 'private' }], { key: 'user/a.txt', acl: 'public' }],
      ['AccessDenied', 403, [anyKey], { key: 'user/a.txt', 'x-amz-algorithm': 'none' }],
      ['InvalidAccessKeyId', 403, [anyKey], { key: 'user/a.txt', 'x-amz-credential': 'x/y' }],
      ['InvalidPolicyDocument', 400, 'nonsense', { key: 'user/a.txt' }],
      ['InvalidPolicyDocument', 400, [['around', '$key', 'x']], { key: 'user/a.txt' }],
      ['InvalidPolicyDocument', 400, '{"conditions":[]}', { key: 'user/a.txt' }],
      ['InvalidArgument', 400, [{ key: '' }], { key: '' }],
      ['InvalidURI', 400, [anyKey], { key: 'user/../../a.txt' }],
      ['MalformedPOSTRequest', 400, [anyKey], { key: 'x'.repeat(30_000) }],
    ];
    for (const [code, status, conditions, fields] of cases) {
      const refused = await send(conditions, fields);
      expect(refused, code).toMatchObject({ status });
      expect(refused.body).toContain(`<Code>${code}</Code>`);
    }
    const late = await send([anyKey], { key: 'user/a.txt' }, -1);
    expect(late.body).toContain('Policy expired');
    expect(await names()).not.toContain('user/a.txt');
  });

  it('is refused for a bucket that is none, without a file, and when it is no form', async () => {
    const post = (to: string, body: FormData | string, headers = {}) =>
      fetch(`${storage.publicUrl}/${to}`, { method: 'POST', body, headers });
    expect(await (await post('nowhere', new FormData())).text()).toContain('NoSuchBucket');
    const empty = new FormData();
    empty.set('key', 'user/a.txt');
    expect(await (await post(bucket, empty)).text()).toContain('<Code>InvalidArgument</Code>');
    const form = { 'content-type': 'multipart/form-data; boundary=x' };
    for (const [body, headers] of [
      ['no form', form],
      ['--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf', form],
      ['no form', { 'content-type': 'multipart/form-data' }],
    ] as const) {
      const refused = await post(bucket, body, headers);
      expect([400, 403]).toContain(refused.status);
    }
  });

  it('whose sender goes away in the middle leaves nothing', async () => {
    const { url, fields } = await storage.presignedPost(bucket, 'user/gone.bin', {
      expirySeconds: 60,
      maxBytes: 10_000_000,
    });
    const parts = Object.entries(fields).map(
      ([name, value]) =>
        `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const file = '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
    const sending = httpRequest(url, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    sending.on('error', () => undefined);
    const contents = join(directory.path, 'contents');
    const before = (await readdir(contents)).length;
    sending.write(parts.join('') + file + 'x'.repeat(1_000_000));
    await waitFor(async () => (await readdir(contents)).length === before + 1);
    sending.destroy();
    await waitFor(async () => (await readdir(contents)).length === before);
    expect(await names()).not.toContain('user/gone.bin');
  });
});

describe('its directory', () => {
  it('keeps credentials for its owner only, and is refused to a second instance', async () => {
    const { mode } = await stat(join(directory.path, 'credentials.json'));
    expect(mode & 0o077).toBe(0);
    const second = startEmbeddedObjectStorage({ directory: directory.path, logger: silentLogger });
    await expect(second).rejects.toThrow(StoreInUseError);
  });

  const restart = async (meanwhile: () => Promise<void>) => {
    await storage.close();
    await server.close();
    await meanwhile();
    await start();
  };
  const inBucket = (name: string) => join(directory.path, 'buckets', bucket, name);

  it('keeps objects and keys over a restart, and sweeps what a kill left behind', async () => {
    const { username, password } = new URL(server.url);
    await storage.client.putObject(bucket, 'kept.txt', 'kept');
    const [fresh, stale] = [
      await storage.client.initiateNewMultipartUpload(bucket, 'fresh.bin', {}),
      await storage.client.initiateNewMultipartUpload(bucket, 'stale.bin', {}),
    ];
    const uploads = inBucket('._S3rver_uploads');
    const contents = await readdir(join(directory.path, 'contents'));
    await restart(async () => {
      await writeFile(inBucket('torn.txt._S3rver_object'), 'ha');
      await writeFile(inBucket('torn.txt._S3rver_metadata.json'), '');
      await writeFile(inBucket('lost.txt._S3rver_metadata.json'), '{}');
      await writeFile(join(directory.path, 'staging', 'half'), 'half');
      await writeFile(join(directory.path, 'contents', 'half'), 'half');
      const longAgo = new Date(Date.now() - 25 * 3_600_000);
      await utimes(join(uploads, stale), longAgo, longAgo);
    });
    expect(new URL(server.url)).toMatchObject({ username, password });
    const listed = await names();
    expect(listed).toContain('kept.txt');
    for (const name of ['torn.txt', 'lost.txt']) expect(listed).not.toContain(name);
    expect(await readdir(join(directory.path, 'staging'))).toEqual([]);
    expect((await readdir(join(directory.path, 'contents'))).sort()).toEqual(contents.sort());
    expect(await readdir(uploads)).toEqual([fresh]);
    expect(await text('kept.txt')).toBe('kept');
  });

  it('takes over objects as s3rver alone kept them', async () => {
    await restart(async () => {
      await mkdir(inBucket('old'), { recursive: true });
      const old = inBucket('old/ä.txt._S3rver_');
      await writeFile(`${old}object`, 'old body');
      await writeFile(`${old}object.md5`, 'of an earlier body');
      await writeFile(`${old}metadata.json`, '{"content-type":"text/plain","x-amz-meta-a":"1"}');
    });
    expect(await text('old/ä.txt')).toBe('old body');
    const { metaData, etag } = await storage.client.statObject(bucket, 'old/ä.txt');
    expect(metaData).toMatchObject({ 'content-type': 'text/plain', a: '1' });
    expect(etag).toBe('deec561574f0a9d7e4fc041f3dfb8598');
    expect(await readdir(inBucket('old'))).toEqual(['ä.txt._S3rver_metadata.json']);
    await rm(inBucket('old'), { recursive: true });
  });
});
