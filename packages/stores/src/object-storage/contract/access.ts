import { Client } from 'minio';
import { expect, it } from 'vitest';
import { parseS3Url } from '../s3-url.js';
import type { Subject } from './subject.js';

export function accessContract(current: () => Subject): void {
  it('refuses unsigned requests in every disguise', async () => {
    const { url, storage, bucket, put, text } = current();
    await put('secret.txt', 'secret');
    const { publicUrl } = storage;
    const base = `${publicUrl}/${bucket}/secret.txt`;
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const { accessKey } = parseS3Url(url);
    const credential = `${accessKey}/${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const attempts: [string, RequestInit?][] = [
      [base],
      [base, { method: 'HEAD' }],
      [base, { method: 'DELETE' }],
      [base, { method: 'PUT', body: 'overwritten' }],
      [`${base}?X-Amz-Signature=00`],
      [`${base}?x-amz-algorithm=AWS4-HMAC-SHA256`],
      [`${base}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${accessKey}/`],
      [`${base}?Signature=x&AWSAccessKeyId=${accessKey}&Expires=99999999999`],
      [base, { headers: { authorization: 'Bearer x' } }],
      [base, { headers: { authorization: `AWS ${accessKey}:x` } }],
      [
        base,
        {
          headers: {
            authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=`,
            'x-amz-date': date,
            'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
          },
        },
      ],
      [`${publicUrl}/${bucket}`],
      [`${publicUrl}/${bucket}?list-type=2`],
      [`${publicUrl}/${bucket}?delete`, { method: 'POST', body: '<Delete/>' }],
      [`${publicUrl}/${bucket}`, { method: 'POST', body: new FormData() }],
      [`${publicUrl}/${bucket}/`, { method: 'POST', body: new FormData() }],
      [`${publicUrl}/${bucket}-new`, { method: 'PUT' }],
      [`${publicUrl}/`],
    ];
    for (const [url, init] of attempts) {
      const answer = await fetch(url, init);
      expect([400, 403, 405, 411, 412], `${init?.method} ${url}`).toContain(answer.status);
      expect(await answer.text()).not.toContain('secret\n');
    }
    expect(await text('secret.txt')).toBe('secret');
    expect(await storage.client.bucketExists(`${bucket}-new`)).toBe(false);
  });

  it('refuses a client with a wrong secret, or a key that is none', async () => {
    const { url } = current();
    const { accessKey, secretKey, endpoint, region } = parseS3Url(url);
    const useSSL = endpoint.protocol === 'https:';
    for (const [keys, code] of [
      [{ accessKey, secretKey: 'wrong' }, 'SignatureDoesNotMatch'],
      [{ accessKey: 'S3RVER', secretKey: 'S3RVER' }, 'InvalidAccessKeyId'],
      [{ accessKey: 'nobody', secretKey }, 'InvalidAccessKeyId'],
    ] as const) {
      const client = new Client({
        endPoint: endpoint.hostname,
        port: Number(endpoint.port || (useSSL ? 443 : 80)),
        useSSL,
        region,
        ...keys,
      });
      await expect(client.listBuckets()).rejects.toMatchObject({ code });
    }
  });
}
