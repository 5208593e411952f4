import { expect, it } from 'vitest';
import type { Subject } from './subject.js';

export function presignedUrlContract(current: () => Subject): void {
  it('lets a browser of any origin upload and download', async () => {
    const { storage, bucket } = current();
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
    expect(preflight.ok).toBe(true);
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/content-type/i);
    const upload = await fetch(put, {
      method: 'PUT',
      body: 'hello',
      headers: { origin, 'content-type': 'text/plain' },
    });
    expect(upload.status).toBe(200);
    expect([origin, '*']).toContain(upload.headers.get('access-control-allow-origin'));
    const get = await storage.presignedGet(bucket, 'notes/it’s 1.txt', 60, {
      'response-content-disposition': `attachment; filename*=UTF-8''n(1)*%20!.txt`,
    });
    const download = await fetch(get, { headers: { origin } });
    expect(await download.text()).toBe('hello');
    expect(download.headers.get('content-type')).toBe('text/plain');
    expect(download.headers.get('content-disposition')).toBe(
      `attachment; filename*=UTF-8''n(1)*%20!.txt`,
    );
  });

  it('for a PUT can fix size and type', async () => {
    const { storage, bucket, text, mustBeAbsent } = current();
    const url = await storage.presignedPut(bucket, 'fixed.txt', 60, {
      sizeBytes: 5,
      contentType: 'text/plain',
    });
    const send = (body: string, contentType: string) =>
      fetch(url, { method: 'PUT', body, headers: { 'content-type': contentType } });
    for (const [body, type] of [
      ['123456', 'text/plain'],
      ['1234', 'text/plain'],
      ['', 'text/plain'],
      ['12345', 'text/html'],
    ] as const) {
      const refused = await send(body, type);
      expect(refused.status, `${body} ${type}`).toBe(403);
      expect(await refused.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
    }
    await mustBeAbsent('fixed.txt');
    expect((await send('12345', 'text/plain')).status).toBe(200);
    expect(await text('fixed.txt')).toBe('12345');
  });

  it('works until it expires, and not before its time', async () => {
    const { put, text, presign } = current();
    await put('secret.txt', 'secret');
    const at = (seconds: number) => new Date(Date.now() + seconds * 1000);
    expect((await fetch(presign('GET', 'secret.txt', { now: at(-50) }))).status).toBe(200);
    for (const now of [at(-61), at(-86_400)]) {
      const late = await fetch(presign('GET', 'secret.txt', { now }));
      expect(late.status).toBe(403);
      const body = await late.text();
      expect(body).toContain('<Code>AccessDenied</Code>');
      expect(body).not.toContain('<Message>secret');
      const put = presign('PUT', 'secret.txt', { now });
      expect((await fetch(put, { method: 'PUT', body: 'overwritten' })).status).toBe(403);
    }
    const early = await fetch(presign('GET', 'secret.txt', { now: at(3_600) }));
    expect(early.status).toBe(403);
    const forWeeks = presign('GET', 'secret.txt', { expirySeconds: 8 * 86_400 });
    expect((await fetch(forWeeks)).status).toBe(400);
    expect(await text('secret.txt')).toBe('secret');
  });

  it('is worth nothing when changed, or signed by others', async () => {
    const { put, text, presign } = current();
    await put('secret.txt', 'secret');
    const good = presign('GET', 'secret.txt');
    expect((await fetch(good)).status).toBe(200);
    const longer = new URL(good);
    longer.searchParams.set('X-Amz-Expires', '600');
    const withMore = new URL(good);
    withMore.searchParams.set('response-content-type', 'text/html');
    const attempts: [string, RequestInit?][] = [
      [presign('GET', 'other.txt').replace('other.txt', 'secret.txt')],
      [longer.href],
      [withMore.href],
      [good, { method: 'PUT', body: 'overwritten' }],
      [good, { method: 'DELETE' }],
      [presign('GET', 'secret.txt', { secretKey: 'wrong-secret' })],
      [good.replace(/Signature=./, 'Signature=%E2%82%AC')],
    ];
    for (const [url, init] of attempts) {
      const answer = await fetch(url, init);
      expect(answer.status, url).toBe(403);
      expect(await answer.text()).toContain('<Code>SignatureDoesNotMatch</Code>');
    }
    const foreign = await fetch(presign('GET', 'secret.txt', { accessKey: 'NOBODY' }));
    expect(foreign.status).toBe(403);
    expect(await foreign.text()).toContain('<Code>InvalidAccessKeyId</Code>');
    expect(await text('secret.txt')).toBe('secret');
  });
}
