import { newId, type Clock } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Currency } from '../../money.js';
import type { Entry } from './posting.js';
import { ledgerRepository } from './repository.js';

export { refundEntries, saleEntries, unappliedEntries, unappliedRefundEntries } from './posting.js';

export interface Posting {
  readonly orderId: string;
  readonly refundId: string | null;
  readonly currency: Currency;
  readonly entries: readonly Entry[];
}

export const ledgerService = ({ clock }: { readonly clock: Clock }) => ({
  /** Books one transaction, in the database transaction of what it books. */
  async post(db: Database, { entries, ...posting }: Posting): Promise<void> {
    if (entries.length === 0) return;
    const common = { ...posting, transactionId: newId(), createdAt: clock.now() };
    await ledgerRepository.insert(
      db,
      entries.map((entry) => ({ ...common, ...entry, id: newId() })),
    );
  },
});

export type LedgerService = ReturnType<typeof ledgerService>;
