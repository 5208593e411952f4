import { describe, expect, it } from 'vitest';
import { parseTimestamp, presignUrl, signRequest } from './signature.js';

const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const host = 'examplebucket.s3.amazonaws.com';
const timestamp = '20130524T000000Z';
const scope = { date: '20130524', region: 'us-east-1' };
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The examples of AWS: sigv4-query-string-auth.html and sig-v4-header-based-auth.html. */
describe('a signature of version 4', () => {
  it('of a URL is the one that AWS publishes', () => {
    const url = presignUrl({
      method: 'GET',
      endpoint: new URL(`https://${host}`),
      path: '/test.txt',
      headers: {},
      expirySeconds: 86_400,
      accessKey: 'AKIAIOSFODNN7EXAMPLE',
      secretKey,
      region: 'us-east-1',
      now: parseTimestamp(timestamp),
    });
    expect(url).toBe(
      `https://${host}/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`,
    );
  });

  const headers = [
    ['host', host],
    ['x-amz-content-sha256', emptyHash],
    ['x-amz-date', timestamp],
  ] as const;
  it.each([
    {
      path: '/test.txt',
      query: [],
      headers: [...headers, ['range', 'bytes=0-9'] as const],
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      path: '/',
      query: [['lifecycle', ''] as const],
      headers,
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    {
      path: '/',
      query: [['prefix', 'J'] as const, ['max-keys', '2'] as const],
      headers,
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ])('of a request for $path is the one that AWS publishes', ({ signature, ...request }) => {
    const signed = { ...request, method: 'GET', payloadHash: emptyHash, timestamp };
    expect(signRequest(secretKey, scope, signed)).toBe(signature);
  });
});

describe('parseTimestamp', () => {
  it('reads nothing but the basic form', () => {
    expect(parseTimestamp('20260304T050607Z').toISOString()).toBe('2026-03-04T05:06:07.000Z');
    for (const text of ['', '2026-03-04', '20261304T050607Z', '20260304T050607', 'x'.repeat(16)]) {
      expect(parseTimestamp(text).getTime(), text).toBeNaN();
    }
  });
});
