import { newId } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Outcome, ProviderEvent } from './model.js';

export interface Movement {
  readonly orderId: string;
  readonly kind: 'CHARGE' | 'REFUND';
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly provider: string;
  readonly providerReference: string;
  readonly reason: string | null;
  readonly createdAt: Date;
}

export const paymentRepository = {
  /** Claims an event in the transaction of its effect. @returns false when it was handled before */
  async claimEvent(db: Database, event: ProviderEvent, receivedAt: Date): Promise<boolean> {
    const { provider, eventId, type } = event;
    const { count } = await db.webhookInbox.createMany({
      data: [{ provider, eventId, type, receivedAt, outcome: 'IGNORED' }],
      skipDuplicates: true,
    });
    return count === 1;
  },

  async saveOutcome(
    db: Database,
    { provider, eventId }: ProviderEvent,
    outcome: Outcome,
  ): Promise<void> {
    await db.webhookInbox.update({
      where: { provider_eventId: { provider, eventId } },
      data: { outcome },
    });
  },

  /** @returns false when this payment or refund was recorded before; failed attempts are all kept */
  async record(db: Database, movement: Movement): Promise<boolean> {
    const { count } = await db.paymentTransaction.createMany({
      data: [{ ...movement, id: newId() }],
      skipDuplicates: true,
    });
    return count === 1;
  },
};
