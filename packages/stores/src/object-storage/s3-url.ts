import { ConfigError } from '@pcc/platform';

/** Where an object store is and how to sign for it: `http(s)://ACCESS:SECRET@host:port?region=us-east-1`. */
export interface S3Location {
  /** For the servers' own requests. */
  readonly endpoint: URL;
  /** For URLs given to browsers; the endpoint unless `?public=https://…` says otherwise. */
  readonly publicEndpoint: URL;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/**
 * Reads an S3_URL. Keys are percent-encoded, as everywhere in URLs.
 * @throws ConfigError that names the variable and never shows the secret
 */
export function parseS3Url(text: string): S3Location {
  const wrong = (problem: string) => new ConfigError([`S3_URL: ${problem}`]);
  if (!URL.canParse(text)) throw wrong('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw wrong('must begin with http:// or https://');
  }
  if (url.pathname !== '/') throw wrong('must not have a path');
  if (url.username === '' || url.password === '') {
    throw wrong('needs an access key and a secret: http://ACCESS:SECRET@host:port');
  }
  const publicText = url.searchParams.get('public') ?? url.origin;
  if (!URL.canParse(publicText)) throw wrong('?public= is not a URL');
  return {
    endpoint: new URL(url.origin),
    publicEndpoint: new URL(publicText),
    accessKey: decodeURIComponent(url.username),
    secretKey: decodeURIComponent(url.password),
    region: url.searchParams.get('region') ?? 'us-east-1',
  };
}

export const formatS3Url = (
  endpoint: URL,
  { accessKey, secretKey, region }: Pick<S3Location, 'accessKey' | 'secretKey' | 'region'>,
): string => {
  const url = new URL(endpoint);
  url.username = encodeURIComponent(accessKey);
  url.password = encodeURIComponent(secretKey);
  url.searchParams.set('region', region);
  return url.href;
};
