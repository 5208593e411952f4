import { toModel, type Database } from '../../database.js';
import type { Delivery, SandboxCheckout, SandboxRefund } from './model.js';

export const sandboxRepository = {
  async insertCheckout(db: Database, checkout: SandboxCheckout): Promise<void> {
    await db.sandboxCheckout.createMany({ data: [checkout], skipDuplicates: true });
  },
  byOrderId: async (db: Database, orderId: string): Promise<SandboxCheckout | null> =>
    (await db.sandboxCheckout.findUnique({ where: { orderId } })) as SandboxCheckout | null,
  byId: async (db: Database, id: string): Promise<SandboxCheckout | null> =>
    (await db.sandboxCheckout.findUnique({ where: { id } })) as SandboxCheckout | null,

  /** Closes an open session, once. @returns false when it was closed before */
  async close(db: Database, id: string, status: 'complete' | 'expired'): Promise<boolean> {
    const { count } = await db.sandboxCheckout.updateMany({
      where: { id, status: 'open' },
      data: { status },
    });
    return count === 1;
  },

  overdueIds: async (db: Database, now: Date, limit: number): Promise<string[]> => {
    const rows = await db.sandboxCheckout.findMany({
      where: { status: 'open', expiresAt: { lte: now } },
      select: { id: true },
      take: limit,
    });
    return rows.map(({ id }) => id);
  },

  /** Reads a paid session and keeps everybody else from refunding it until the transaction ends. */
  async lockPaid(db: Database, paymentIntent: string): Promise<SandboxCheckout | null> {
    const rows = await db.$queryRaw<Record<string, unknown>[]>`
      SELECT * FROM "commerce"."sandbox_checkouts"
       WHERE "payment_intent" = ${paymentIntent} AND "status" = 'complete' FOR UPDATE`;
    return rows[0] === undefined ? null : toModel<SandboxCheckout>(rows[0]);
  },

  refunds: (db: Database, checkoutId: string): Promise<SandboxRefund[]> =>
    db.sandboxRefund.findMany({ where: { checkoutId }, orderBy: { createdAt: 'asc' } }),

  async insertRefund(db: Database, refund: SandboxRefund, refundedMinor: bigint): Promise<void> {
    await db.sandboxRefund.create({ data: refund });
    await db.sandboxCheckout.update({
      where: { id: refund.checkoutId },
      data: { refundedMinor },
    });
  },

  async insertDelivery(db: Database, delivery: Delivery, now: Date): Promise<void> {
    await db.sandboxDelivery.create({
      data: { ...delivery, createdAt: now, nextAttemptAt: now },
    });
  },

  async leaseDeliveries(db: Database, limit: number, leaseMs: number): Promise<Delivery[]> {
    const rows = await db.$queryRaw<Record<string, unknown>[]>`
      UPDATE "commerce"."sandbox_deliveries" AS d
         SET "attempts" = d."attempts" + 1,
             "next_attempt_at" = now() + ${leaseMs}::int * interval '1 millisecond'
       WHERE d."event_id" IN (
         SELECT "event_id" FROM "commerce"."sandbox_deliveries"
          WHERE "delivered_at" IS NULL AND "next_attempt_at" <= now()
          ORDER BY "next_attempt_at" LIMIT ${limit}::int FOR UPDATE SKIP LOCKED)
      RETURNING d."event_id", d."type", d."payload", d."attempts"`;
    return rows.map((row) => toModel<Delivery>(row));
  },

  async markDelivered(db: Database, eventId: string, now: Date): Promise<void> {
    await db.sandboxDelivery.update({
      where: { eventId },
      data: { deliveredAt: now, nextAttemptAt: null, lastError: null },
    });
  },

  /** @param delayMs null gives up */
  async postpone(
    db: Database,
    eventId: string,
    delayMs: number | null,
    error: string,
  ): Promise<void> {
    await db.$executeRaw`
      UPDATE "commerce"."sandbox_deliveries"
         SET "next_attempt_at" = now() + ${delayMs}::int * interval '1 millisecond',
             "last_error" = ${error}
       WHERE "event_id" = ${eventId}`;
  },
};
