import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { PostAllowance } from '../connect.js';
import { megabyte, type Subject } from './subject.js';

export function presignedFormContract(current: () => Subject): void {
  const allowed: PostAllowance = {
    expirySeconds: 60,
    minBytes: 3,
    maxBytes: 10,
    contentType: 'text/plain',
  };
  const form = async (
    key: string,
    allowance: PostAllowance,
    body: string | Uint8Array<ArrayBuffer>,
    change: (fields: Record<string, string>) => Record<string, string> = (fields) => fields,
  ) => {
    const { storage, bucket } = current();
    const { url, fields } = await storage.presignedPost(bucket, key, allowance);
    expect(new URL(url).origin).toBe(storage.publicUrl);
    const data = new FormData();
    for (const [field, value] of Object.entries(change({ ...fields }))) data.set(field, value);
    data.set('file', new Blob([body], { type: 'application/octet-stream' }), 'upload.bin');
    const answer = await fetch(url, { method: 'POST', body: data, redirect: 'manual' });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  };

  it('lets a browser upload what fits', async () => {
    const { read, text, stat } = current();
    for (const body of ['123', '1234567890']) {
      const { status, headers } = await form('form/ok ü.txt', allowed, body);
      expect(status).toBe(204);
      const etag = createHash('md5').update(body).digest('hex');
      expect(headers.get('etag')).toBe(`"${etag}"`);
      expect(await text('form/ok ü.txt')).toBe(body);
      expect(await stat('form/ok ü.txt')).toMatchObject({
        etag,
        metaData: { 'content-type': 'text/plain' },
      });
    }
    const large = randomBytes(12 * megabyte);
    const anySize = { expirySeconds: 60, maxBytes: 20 * megabyte };
    const sent = await form('form/large.bin', anySize, new Uint8Array(large));
    expect(sent.status).toBe(204);
    expect((await read('form/large.bin')).equals(large)).toBe(true);
  });

  it('refuses what is too large or too small, and keeps nothing of it', async () => {
    const { mustBeAbsent } = current();
    const cases = [
      ['12', 'EntityTooSmall', allowed],
      ['12345678901', 'EntityTooLarge', allowed],
      [new Uint8Array(3 * megabyte), 'EntityTooLarge', { ...allowed, maxBytes: megabyte }],
    ] as const;
    for (const [body, code, allowance] of cases) {
      const refused = await form('form/size.txt', allowance, body);
      expect(refused.status).toBe(400);
      expect(refused.body).toContain(`<Code>${code}</Code>`);
      await mustBeAbsent('form/size.txt');
    }
  });

  it('refuses another key, another type, more fields, and after its time', async () => {
    const { mustBeAbsent } = current();
    const other = 'form/other.txt';
    const changes: ((fields: Record<string, string>) => Record<string, string>)[] = [
      (fields) => ({ ...fields, key: other }),
      (fields) => ({ ...fields, 'Content-Type': 'text/html' }),
      (fields) => ({ ...fields, 'x-amz-meta-extra': 'x' }),
      ({ 'Content-Type': _type, ...fields }) => fields,
    ];
    for (const change of changes) {
      const refused = await form('form/refused.txt', allowed, '12345', change);
      expect(refused.status, refused.body).toBe(403);
    }
    const late = await form('form/refused.txt', { ...allowed, expirySeconds: -1 }, '12345');
    expect(late.status).toBe(403);
    await mustBeAbsent('form/refused.txt');
    await mustBeAbsent(other);
  });

  it('is worth nothing when changed, signed by others, or not at all', async () => {
    const { mustBeAbsent } = current();
    const widened = (policy: string) =>
      Buffer.from(
        Buffer.from(policy, 'base64').toString().replace('range",3,10', 'range",3,1000'),
      ).toString('base64');
    const wrong: [string, (fields: Record<string, string>) => Record<string, string>][] = [
      ['SignatureDoesNotMatch', (all) => ({ ...all, policy: widened(all['policy'] ?? '') })],
      ['SignatureDoesNotMatch', (all) => ({ ...all, 'x-amz-signature': '0'.repeat(64) })],
      ['', ({ 'x-amz-signature': _signature, ...rest }) => rest],
      ['', ({ policy: _policy, ...rest }) => rest],
      ['', () => ({ key: 'form/unsigned.txt' })],
    ];
    for (const [code, change] of wrong) {
      const refused = await form('form/unsigned.txt', allowed, '12345', change);
      expect([400, 403], refused.body).toContain(refused.status);
      expect(refused.body).toContain(code);
    }
    await mustBeAbsent('form/unsigned.txt');
  });
}
