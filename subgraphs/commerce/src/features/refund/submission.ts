import { errorMessage, type Logger } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { PaymentProvider } from '../../provider/port.js';
import type { Refund } from './model.js';
import { refundRepository } from './repository.js';

export interface SubmissionDeps {
  readonly database: Database;
  readonly provider: PaymentProvider;
  readonly logger: Logger;
}

const batchSize = 10;
/** Longer than a provider may take to answer. */
const leaseMs = 60_000;
const firstDelayMs = 500;
const longestDelayMs = 10 * 60_000;

/** Takes requested refunds to the provider, outside of any transaction, until it accepts them. */
export const refundSubmission = ({ database, provider, logger }: SubmissionDeps) => {
  const submit = async ({ id, paymentReference, amountMinor, attempts }: Refund) => {
    try {
      if (paymentReference === null) throw new Error('nothing was paid');
      const { providerReference } = await provider.refund({
        refundId: id,
        paymentReference,
        amountMinor,
      });
      await refundRepository.markSubmitted(database, id, providerReference);
    } catch (error) {
      // Money that is owed is never given up: the pauses grow to ten minutes and stay there.
      const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempts, 20));
      logger.error({ err: error, refundId: id, attempts, delayMs }, 'refund not accepted');
      await refundRepository.postpone(database, id, delayMs, errorMessage(error));
    }
  };
  return {
    /** @returns whether there may be more */
    async submitDue(): Promise<boolean> {
      const due = await refundRepository.leaseDue(database, batchSize, leaseMs);
      for (const refund of due) await submit(refund);
      return due.length === batchSize;
    },
  };
};
