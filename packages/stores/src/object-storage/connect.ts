import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Closable } from '@pcc/platform';
import { Client } from 'minio';
import { asUnavailable, errorMessage, StoreError, withinMs } from '../errors.js';
import { parseS3Url, type S3Location } from './s3-url.js';
import { presignUrl } from './signature.js';

export interface ObjectStorage extends Closable {
  readonly client: Client;
  /** Origin of the URLs that `presignedPut`, `presignedPost` and `presignedGet` give to browsers. */
  readonly publicUrl: string;
  /**
   * Creates the bucket if it is missing.
   * @returns whether versioning is on; the embedded server has none
   * @throws StoreError when the store is down or refuses
   */
  ensureBucket(
    name: string,
    options?: { readonly versioned?: boolean },
  ): Promise<{ readonly versioned: boolean }>;
  /**
   * A URL on the public endpoint with which a browser may PUT this one object, again and again until it expires.
   * @param only what the request must be; anything else is refused before it is stored (403)
   */
  presignedPut(
    bucket: string,
    key: string,
    expirySeconds: number,
    only?: {
      /** Exactly. */
      readonly sizeBytes?: number;
      /** The `content-type` header that must be sent. */
      readonly contentType?: string;
    },
  ): Promise<string>;
  /**
   * A form with which a browser may POST this one object: the fields in any order, then the file as `file`.
   * What is larger or smaller is refused (400 EntityTooLarge, EntityTooSmall), another type too (403).
   */
  presignedPost(bucket: string, key: string, allowed: PostAllowance): Promise<PresignedPost>;
  /** A URL on the public endpoint with which a browser may GET this one object. */
  presignedGet(
    bucket: string,
    key: string,
    expirySeconds: number,
    responseHeaders?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** @throws AppError STORE_UNAVAILABLE within 2 s when the store does not answer */
  ping(): Promise<void>;
}

export interface PostAllowance {
  readonly expirySeconds: number;
  readonly minBytes?: number;
  readonly maxBytes: number;
  /** Exactly; any when left out. */
  readonly contentType?: string;
}

export interface PresignedPost {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

const idleSocketMs = 30_000;
/**
 * About four parts of a stream are in memory at a time. The client would take parts of 560 MB for a stream of
 * unknown size, to reach S3's limit of 5 TB with 10,000 of them; these reach 80 GB.
 */
const partBytes = 8 * 1024 * 1024;
const pingTimeoutMs = 2_000;

/** Nothing is asked yet, so it fails for a malformed URL only (ConfigError). */
export function connectObjectStorage({ url }: { readonly url: string }): ObjectStorage {
  const location = parseS3Url(url);
  const agent = agentFor(location.endpoint);
  const client = clientFor(location, location.endpoint, agent);
  // Signatures cover the host, so what browsers call must be signed for the public one.
  const signer = clientFor(location, location.publicEndpoint, agentFor(location.publicEndpoint));

  return {
    client,
    publicUrl: location.publicEndpoint.origin,
    async ensureBucket(name, options = {}) {
      try {
        if (!(await client.bucketExists(name))) await makeBucket(client, name, location.region);
        return { versioned: options.versioned === true && (await enableVersioning(client, name)) };
      } catch (error) {
        throw new StoreError(`Cannot set up the bucket ${name}: ${errorMessage(error)}`, {
          cause: error,
        });
      }
    },
    async presignedPut(bucket, key, expirySeconds, { sizeBytes, contentType } = {}) {
      return presignUrl({
        ...location,
        method: 'PUT',
        endpoint: location.publicEndpoint,
        path: `/${bucket}/${key}`,
        headers: {
          ...(sizeBytes === undefined ? {} : { 'content-length': String(sizeBytes) }),
          ...(contentType === undefined ? {} : { 'content-type': contentType }),
        },
        expirySeconds,
        now: new Date(),
      });
    },
    async presignedPost(bucket, key, { expirySeconds, minBytes = 0, maxBytes, contentType }) {
      const policy = signer.newPostPolicy();
      policy.setBucket(bucket);
      policy.setKey(key);
      policy.setExpires(new Date(Date.now() + expirySeconds * 1000));
      policy.setContentLengthRange(minBytes, maxBytes);
      if (contentType !== undefined) policy.setContentType(contentType);
      const { postURL, formData } = await signer.presignedPostPolicy(policy);
      return { url: postURL, fields: formData };
    },
    presignedGet: (bucket, key, expirySeconds, responseHeaders = {}) =>
      signer.presignedGetObject(bucket, key, expirySeconds, { ...responseHeaders }),
    ping: () =>
      asUnavailable('object storage', async () => {
        // Any answer will do; it need not exist.
        await withinMs(pingTimeoutMs, client.bucketExists('readiness'));
      }),
    async close() {
      agent.destroy();
    },
  };
}

function clientFor(location: S3Location, endpoint: URL, transportAgent: HttpAgent): Client {
  const useSSL = endpoint.protocol === 'https:';
  return new Client({
    endPoint: endpoint.hostname,
    port: endpoint.port === '' ? (useSSL ? 443 : 80) : Number(endpoint.port),
    useSSL,
    accessKey: location.accessKey,
    secretKey: location.secretKey,
    region: location.region, // known, so that signing asks nobody
    pathStyle: true,
    partSize: partBytes,
    transportAgent,
    retryOptions: { disableRetry: true }, // its retries resend a consumed stream, and write to the console
  });
}

/** A store that accepts a connection and then says nothing must not hold a request for ever. */
function agentFor(endpoint: URL): HttpAgent {
  const options = { keepAlive: true, timeout: idleSocketMs };
  const agent = endpoint.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (...parameters) => {
    const socket = create(...parameters);
    socket?.on('timeout', () =>
      socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
    );
    return socket;
  };
  return agent;
}

async function makeBucket(client: Client, name: string, region: string): Promise<void> {
  try {
    await client.makeBucket(name, region);
  } catch (error) {
    // Two processes that start together both find it missing.
    if (!isS3Error(error, 'BucketAlreadyOwnedByYou', 'BucketAlreadyExists')) throw error;
  }
}

async function enableVersioning(client: Client, name: string): Promise<boolean> {
  try {
    await client.setBucketVersioning(name, { Status: 'Enabled' });
    return true;
  } catch (error) {
    if (isS3Error(error, 'NotImplemented')) return false;
    throw error;
  }
}

const isS3Error = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
