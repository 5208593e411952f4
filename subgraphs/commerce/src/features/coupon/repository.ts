import { newId } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Coupon as CouponRow } from '../../generated/prisma/client.js';
import type { Currency } from '../../money.js';
import type { Coupon } from './model.js';

export interface CouponUse {
  readonly couponId: string;
  readonly orderId: string;
  readonly userId: string;
}

const toCoupon = (row: CouponRow): Coupon => ({
  ...row,
  currency: row.currency as Currency | null,
});

export const couponRepository = {
  /** @returns false when the code is taken */
  async insert(db: Database, coupon: Coupon): Promise<boolean> {
    const { count } = await db.coupon.createMany({ data: [coupon], skipDuplicates: true });
    return count === 1;
  },

  async byCode(db: Database, code: string): Promise<Coupon | null> {
    const row = await db.coupon.findUnique({ where: { code } });
    return row === null ? null : toCoupon(row);
  },

  /** Counts one more use if there is one left: a single statement, so that buyers at once cannot overdraw. */
  async reserve(db: Database, use: CouponUse, now: Date): Promise<boolean> {
    const updated = await db.$executeRaw`
      UPDATE "commerce"."coupons" SET "uses" = "uses" + 1
       WHERE "id" = ${use.couponId}::uuid
         AND ("max_uses" IS NULL OR "uses" < "max_uses")
         AND ("valid_until" IS NULL OR "valid_until" > ${now}::timestamptz)`;
    if (updated === 0) return false;
    await db.couponUse.create({ data: { ...use, id: newId(), createdAt: now } });
    return true;
  },

  async markUsed(db: Database, orderId: string): Promise<void> {
    await db.couponUse.updateMany({
      where: { orderId, status: 'RESERVED' },
      data: { status: 'USED' },
    });
  },

  /** Gives a reserved use back; one statement, so that it is counted back exactly once. */
  async release(db: Database, orderId: string): Promise<void> {
    await db.$executeRaw`
      WITH "released" AS (
        UPDATE "commerce"."coupon_uses" SET "status" = 'RELEASED'
         WHERE "order_id" = ${orderId}::uuid AND "status" = 'RESERVED'
        RETURNING "coupon_id")
      UPDATE "commerce"."coupons" AS c SET "uses" = c."uses" - 1
        FROM "released" WHERE c."id" = "released"."coupon_id"`;
  },
};
