import { ConfigError } from '@pcc/platform';
import { describe, expect, it } from 'vitest';
import { formatS3Url, parseS3Url } from './s3-url.js';

describe('parseS3Url', () => {
  it('reads endpoint, keys and region, and keeps credentials out of the endpoint', () => {
    const location = parseS3Url('https://KEY:se%2Fcret@s3.example.org:9000?region=eu-west-1');
    expect(location).toMatchObject({ accessKey: 'KEY', secretKey: 'se/cret', region: 'eu-west-1' });
    expect(location.endpoint.href).toBe('https://s3.example.org:9000/');
    expect(location.publicEndpoint.href).toBe(location.endpoint.href);
  });

  it('takes another endpoint for browsers', () => {
    const { publicEndpoint } = parseS3Url('http://a:b@minio:9000?public=https://media.example.org');
    expect(publicEndpoint.origin).toBe('https://media.example.org');
  });

  it('is undone by formatS3Url', () => {
    const keys = { accessKey: 'a/b', secretKey: 'c@d:e', region: 'us-east-1' };
    expect(parseS3Url(formatS3Url(new URL('http://127.0.0.1:9000'), keys))).toMatchObject(keys);
  });

  it.each(['nonsense', 'ftp://a:b@host', 'http://host:9000', 'http://a:b@host/path'])(
    'refuses %s without showing secrets',
    (text) => {
      expect(() => parseS3Url(text)).toThrow(ConfigError);
      expect(() => parseS3Url(text)).toThrow(/^S3_URL: /);
    },
  );
});
