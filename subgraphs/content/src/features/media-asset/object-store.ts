import type { ObjectStorage } from '@pcc/stores';
import { CopyDestinationOptions, CopySourceOptions } from 'minio';
import { bucket } from './model.js';

export interface StoredObject {
  readonly sizeBytes: bigint;
  readonly contentType: string;
  readonly etag: string;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'NotFound' || error.code === 'NoSuchKey');

/**
 * The nearest plain name: accents go, the rest becomes `_`. The form of RFC 5987 would keep everything, but has
 * characters (`*`, `'`) that the embedded S3 server signs differently from its clients.
 */
export const asciiName = (fileName: string): string =>
  fileName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\w .,+=@-]/g, '_');

/** The part of the object storage that media assets need. */
export const mediaObjectStore = (storage: ObjectStorage) => {
  const { client } = storage;
  const stat = async (key: string): Promise<StoredObject | null> => {
    try {
      const { size, etag, metaData } = await client.statObject(bucket, key);
      const contentType: unknown = metaData['content-type'];
      return {
        sizeBytes: BigInt(size),
        etag,
        contentType: typeof contentType === 'string' ? contentType : '',
      };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  };
  return {
    stat,

    /** A URL to PUT one object to. Signed here: asks nobody. */
    uploadUrl: (key: string, expirySeconds: number): Promise<string> =>
      storage.presignedPut(bucket, key, expirySeconds),

    /** A URL to GET one object from, as a download with this name. */
    downloadUrl: (key: string, fileName: string, expirySeconds: number): Promise<string> =>
      storage.presignedGet(bucket, key, expirySeconds, {
        'response-content-disposition': `attachment; filename="${asciiName(fileName)}"`,
      }),

    /** Copies within the bucket. @returns what arrived, or `null` when there was nothing to copy */
    async copy(from: string, to: string): Promise<StoredObject | null> {
      try {
        await client.copyObject(
          new CopySourceOptions({ Bucket: bucket, Object: from }),
          new CopyDestinationOptions({ Bucket: bucket, Object: to }),
        );
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
      return stat(to);
    },

    remove: (key: string): Promise<void> => client.removeObject(bucket, key),
  };
};

export type MediaObjectStore = ReturnType<typeof mediaObjectStore>;
