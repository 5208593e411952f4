import { toModel, type Database } from '../../database.js';
import type { Refund, RefundLine } from './model.js';

export const refundRepository = {
  async insert(db: Database, refund: Refund, lines: readonly RefundLine[]): Promise<void> {
    await db.refund.create({ data: refund });
    await db.refundLine.createMany({
      data: lines.map((line) => ({ ...line, refundId: refund.id })),
    });
  },

  async byOrderIds(db: Database, orderIds: readonly string[]): Promise<Refund[]> {
    const rows = await db.refund.findMany({
      where: { orderId: { in: [...orderIds] } },
      orderBy: { id: 'asc' },
    });
    return rows as Refund[];
  },

  async byId(db: Database, id: string): Promise<Refund | null> {
    return (await db.refund.findUnique({ where: { id } })) as Refund | null;
  },

  async lineIds(db: Database, refundId: string): Promise<string[]> {
    const rows = await db.refundLine.findMany({
      where: { refundId },
      select: { orderLineId: true },
    });
    return rows.map(({ orderLineId }) => orderLineId);
  },

  /** @returns false when it was complete before */
  async complete(
    db: Database,
    id: string,
    providerReference: string | null,
    completedAt: Date,
  ): Promise<boolean> {
    const { count } = await db.refund.updateMany({
      where: { id, status: { not: 'COMPLETED' } },
      data: { status: 'COMPLETED', providerReference, completedAt },
    });
    return count === 1;
  },

  /**
   * Takes requested refunds for `leaseMs`; whoever dies on the way leaves them to others. Their
   * provider knows a refund by its id, so trying twice is harmless.
   */
  async leaseDue(db: Database, limit: number, leaseMs: number): Promise<Refund[]> {
    const rows = await db.$queryRaw<Record<string, unknown>[]>`
      UPDATE "commerce"."refunds" AS r
         SET "attempts" = r."attempts" + 1,
             "next_attempt_at" = now() + ${leaseMs}::int * interval '1 millisecond'
       WHERE r."id" IN (
         SELECT "id" FROM "commerce"."refunds"
          WHERE "status" = 'REQUESTED' AND "next_attempt_at" <= now()
          ORDER BY "next_attempt_at" LIMIT ${limit}::int FOR UPDATE SKIP LOCKED)
      RETURNING r.*`;
    return rows.map((row) => toModel<Refund>(row));
  },

  /** The webhook may have come first: what is complete stays so. */
  async markSubmitted(db: Database, id: string, providerReference: string): Promise<void> {
    await db.refund.updateMany({
      where: { id, status: 'REQUESTED' },
      data: { status: 'SUBMITTED', providerReference, lastError: null },
    });
  },

  async postpone(db: Database, id: string, delayMs: number, error: string): Promise<void> {
    await db.$executeRaw`
      UPDATE "commerce"."refunds"
         SET "next_attempt_at" = now() + ${delayMs}::int * interval '1 millisecond',
             "last_error" = ${error}
       WHERE "id" = ${id}::uuid AND "status" = 'REQUESTED'`;
  },
};
