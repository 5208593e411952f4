import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3rver.js';

/** What a request is about. */
export interface Target {
  /** Decoded. */
  readonly path: string;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
}

/** A file name of 255 bytes, less what s3rver appends. */
const maxSegmentBytes = 230;
const maxKeyBytes = 1024;

/** @throws S3Error when it is no path of an object that can be kept in a file */
export function targetOf({ url = '' }: IncomingMessage): Target {
  const [rawPath = '', ...rest] = url.split('?');
  const path = decoded(rawPath);
  if (!path.startsWith('/')) throw new S3Error('InvalidURI', 'Not a path.');
  const [bucket = '', ...segments] = path.slice(1).split('/');
  const key = segments.join('/');
  if (bucket !== '') mustBeName(bucket);
  if (key !== '') mustBeKey(key);
  return { path, bucket, key, query: new URLSearchParams(rest.join('?')) };
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', 'Wrongly encoded.');
  }
}

/** As MinIO has it: keys are paths of files, which neither lead elsewhere nor name one file in two ways. */
export function mustBeKey(key: string): void {
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Error('KeyTooLongError', 'Too long a key.');
  if (key === '') throw new S3Error('InvalidArgument', 'A key is needed.');
  const segments = key.endsWith('/') ? key.slice(0, -1).split('/') : key.split('/');
  segments.forEach(mustBeName);
}

function mustBeName(segment: string): void {
  if (['', '.', '..'].includes(segment) || segment.includes('\0')) {
    throw new S3Error('InvalidURI', 'No part of a path may be empty, "." or "..".');
  }
  if (Buffer.byteLength(segment) > maxSegmentBytes) {
    throw new S3Error('KeyTooLongError', `Between slashes at most ${maxSegmentBytes} bytes.`);
  }
}
