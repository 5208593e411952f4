import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';

/**
 * s3rver is CommonJS without types: this is all that we use of it. It serves as the HTTP and XML layer; files
 * are kept by `object-files`, and what it lacks or does wrong is answered by `guard` in front of it.
 */
const require = createRequire(import.meta.url);

export interface ObjectMetadata {
  readonly [header: string]: string | number | undefined;
}

/** An object as s3rver's controllers pass it around. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly content: Readable | null;
  readonly metadata: ObjectMetadata;
  range?: { start: number; end: number };
}

export interface ObjectToStore {
  readonly bucket: string;
  readonly key: string;
  readonly content: Readable;
  readonly metadata: ObjectMetadata;
}

export interface ByteRange {
  readonly start?: number;
  readonly end?: number;
}

export interface UploadPart {
  readonly number: number;
  readonly etag: string;
}

/** The part of s3rver's file store that is kept. */
export interface BaseStore {
  getBucket(bucket: string): Promise<object | null>;
  getResourcePath(bucket: string, key: string | undefined, resource: string): string;
}

/** The part that `object-files` puts in its place. */
export interface ObjectStore {
  putObject(object: ObjectToStore): Promise<{ size: number; md5: string }>;
  existsObject(bucket: string, key: string): Promise<boolean>;
  getObject(bucket: string, key: string, range?: ByteRange): Promise<StoredObject | null>;
  /** Asked only whether there are any. */
  listObjects(
    bucket: string,
    options: { readonly maxKeys: number },
  ): Promise<{ objects: readonly unknown[] }>;
  copyObject(
    sourceBucket: string,
    sourceKey: string,
    bucket: string,
    key: string,
    replacement: ObjectMetadata | null,
  ): Promise<ObjectMetadata>;
  deleteObject(bucket: string, key: string): Promise<void>;
  /** In bytes; 0 when there is none. */
  sizeOf(bucket: string, key: string): Promise<number>;
  putPart(
    bucket: string,
    uploadId: string,
    partNumber: string,
    content: Readable,
  ): Promise<{ size: number; md5: string }>;
  putObjectMultipart(
    bucket: string,
    uploadId: string,
    parts: readonly UploadPart[],
  ): Promise<{ size: number; md5: string }>;
  abortUpload(bucket: string, uploadId: string): Promise<void>;
}

interface Context {
  readonly state: { account?: object };
}
type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>;

interface ServerFailure {
  readonly status?: number;
  readonly code?: string;
}

export interface S3Server {
  readonly store: BaseStore & ObjectStore;
  readonly middleware: Middleware[];
  callback(): RequestListener;
  on(event: 'error', listener: (error: ServerFailure) => void): void;
}

export const S3rver = require('@20minutes/s3rver') as new (options: object) => S3Server;

/** Answered as XML with the status that belongs to the code. */
export const S3Error = require('@20minutes/s3rver/lib/models/error') as new (
  code: string,
  message: string,
) => Error & { readonly code: string; readonly status: number; toXML(): string };

export const S3Object = require('@20minutes/s3rver/lib/models/object') as new (
  bucket: string,
  key: string,
  content: Readable | null,
  metadata: ObjectMetadata,
) => StoredObject;

/** Whoever has passed the guard acts as this account. */
export const { DUMMY_ACCOUNT: account } = require('@20minutes/s3rver/lib/models/account') as {
  DUMMY_ACCOUNT: object;
};
