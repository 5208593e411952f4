import { errorMessage, type Clock, type Logger } from '@pcc/platform';
import type { Database } from '../../database.js';
import { certificatePdf } from './document.js';
import { documentRepository, type Printed } from './document-repository.js';
import type { CertificateObjectStore } from './object-store.js';

export interface DocumentDeps {
  readonly database: Database;
  readonly objects: CertificateObjectStore;
  /** Where anybody checks a certificate: `{code}` stands for its code. */
  readonly verificationUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const batch = 10;
const leaseMs = 60_000;
const longestWaitMs = 60 * 60 * 1000;

export type CertificateDocumentService = ReturnType<typeof certificateDocumentService>;

/** The printed certificates. They are made by a job, never in the transaction that issues them. */
export const certificateDocumentService = (deps: DocumentDeps) => {
  const { database, objects, verificationUrl, clock, logger } = deps;
  const documents = documentRepository(database);
  const later = (ms: number) => new Date(clock.now().getTime() + ms);

  const make = async (printed: Printed): Promise<void> => {
    const { certificateId, verificationCode, attempts } = printed;
    try {
      const code = encodeURIComponent(verificationCode);
      const url = verificationUrl.replace('{code}', code);
      await objects.put(certificateId, await certificatePdf({ ...printed, verificationUrl: url }));
      await documents.markStored(certificateId, clock.now());
    } catch (error) {
      // One that cannot be made keeps no other waiting: it comes again, later and later.
      const waitMs = Math.min(longestWaitMs, leaseMs * 2 ** Math.min(attempts, 10));
      await documents.tryAgain(certificateId, later(waitMs));
      logger.warn({ err: error, certificateId }, `certificate not made: ${errorMessage(error)}`);
    }
  };

  return {
    /** Makes some of those that are due. Two processes at once make different ones. @returns whether there may be more */
    async makeNext(): Promise<boolean> {
      const due = await documents.lease(batch, clock.now(), later(leaseMs));
      for (const printed of due) await make(printed);
      return due.length === batch;
    },

    /** Those of these certificates, which the viewer was shown, whose document was made. */
    storedAmong: (certificateIds: readonly string[]) => documents.storedAmong(certificateIds),

    /**
     * A URL to the document of a certificate that the viewer was shown; null when it is missing, and then it
     * will be made again.
     * @throws AppError STORE_UNAVAILABLE
     */
    async urlOf(certificateId: string): Promise<string | null> {
      if (await objects.has(certificateId)) return objects.urlOf(certificateId);
      await documents.makeAgain(certificateId, clock.now());
      return null;
    },
  };
};
