import type { Database } from '../../database.js';
import type { Currency } from '../../money.js';
import type { Price } from './model.js';

export interface PriceChange extends Price {
  readonly updatedBy: string;
  readonly updatedAt: Date;
}

export const priceRepository = {
  async prices(db: Database, courseIds: readonly string[]): Promise<Price[]> {
    const rows = await db.coursePrice.findMany({ where: { courseId: { in: [...courseIds] } } });
    return rows.map(({ courseId, amountMinor, currency }) => ({
      courseId,
      amountMinor,
      currency: currency as Currency,
    }));
  },

  /** @returns the price's new version; null when it is the same as before */
  async save(db: Database, change: PriceChange): Promise<number | null> {
    const rows = await db.$queryRaw<{ version: number }[]>`
      INSERT INTO "commerce"."course_prices"
        ("course_id", "amount_minor", "currency", "updated_by", "updated_at")
      VALUES (${change.courseId}::uuid, ${change.amountMinor}::bigint, ${change.currency},
              ${change.updatedBy}::uuid, ${change.updatedAt}::timestamptz)
      ON CONFLICT ("course_id") DO UPDATE
        SET "amount_minor" = excluded."amount_minor", "currency" = excluded."currency",
            "updated_by" = excluded."updated_by", "updated_at" = excluded."updated_at",
            "version" = "course_prices"."version" + 1
        WHERE ("course_prices"."amount_minor", "course_prices"."currency")
              IS DISTINCT FROM (excluded."amount_minor", excluded."currency")
      RETURNING "version"`;
    return rows[0]?.version ?? null;
  },
};
