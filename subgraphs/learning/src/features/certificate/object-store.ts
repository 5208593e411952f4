import { AppError } from '@pcc/platform';
import type { ObjectStorage } from '@pcc/stores';

const bucket = 'certificates';
/** Long enough to click it. */
const urlSeconds = 300;

const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'NotFound' || error.code === 'NoSuchKey' || error.code === 'NoSuchBucket');

/** One object for each certificate, always under the same key: made twice, it is there once. */
const keyOf = (certificateId: string) => `${certificateId}.pdf`;

/** The part of the object storage that certificates need. */
export const certificateObjectStore = (storage: ObjectStorage) => {
  let bucketIsThere: Promise<unknown> | undefined;
  const ensureBucket = async () => {
    bucketIsThere ??= storage.ensureBucket(bucket);
    try {
      await bucketIsThere;
    } catch (error) {
      bucketIsThere = undefined;
      throw error;
    }
  };
  return {
    async put(certificateId: string, pdf: Uint8Array): Promise<void> {
      await ensureBucket();
      const body = Buffer.from(pdf);
      const headers = { 'content-type': 'application/pdf' };
      await storage.client.putObject(bucket, keyOf(certificateId), body, body.length, headers);
    },

    /** @throws AppError STORE_UNAVAILABLE when the storage does not answer */
    async has(certificateId: string): Promise<boolean> {
      try {
        await storage.client.statObject(bucket, keyOf(certificateId));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw new AppError('STORE_UNAVAILABLE', undefined, {}, { cause: error });
      }
    },

    /** Signed here: asks nobody. */
    urlOf: (certificateId: string): Promise<string> =>
      storage.presignedGet(bucket, keyOf(certificateId), urlSeconds, {
        'response-content-type': 'application/pdf',
        'response-content-disposition': 'inline; filename="certificate.pdf"',
      }),
  };
};

export type CertificateObjectStore = ReturnType<typeof certificateObjectStore>;
