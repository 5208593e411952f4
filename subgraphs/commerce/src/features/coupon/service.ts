import { newId, ok, refuse, validate, type Clock, type Result, type Viewer } from '@pcc/platform';
import { z } from 'zod';
import type { Database, Transactions } from '../../database.js';
import { currencyInput, idInput, positiveAmountInput } from '../../input.js';
import type { Currency } from '../../money.js';
import { runOrRefuse } from '../../refusal.js';
import type { ProjectionService } from '../projection/service.js';
import { discountsOf } from './discount.js';
import type { Coupon, PricedCourse } from './model.js';
import { couponRepository, type CouponUse } from './repository.js';

export type { Coupon };

export interface CouponDeps {
  readonly transactions: Transactions;
  readonly projection: ProjectionService;
  readonly clock: Clock;
}

/** Buyers do not care how they typed it. */
export const normalCode = (code: string): string => code.trim().toUpperCase();

const createCouponInput = z
  .object({
    code: z
      .string()
      .transform(normalCode)
      .refine((code) => /^[A-Z0-9_-]{3,40}$/.test(code), {
        message: 'A code has 3 to 40 letters, digits, "-" or "_".',
      }),
    percentOff: z.int().min(1).max(100).nullish(),
    amountOff: z
      .object({
        amountMinor: positiveAmountInput,
        currency: currencyInput,
      })
      .nullish(),
    validUntil: z.date().nullish(),
    maxUses: z.int().min(1).nullish(),
    courseId: idInput.nullish(),
  })
  .refine(({ percentOff, amountOff }) => (percentOff == null) !== (amountOff == null), {
    message: 'Give either percentOff or amountOff.',
    path: ['percentOff'],
  });

const field = 'input.couponCode';

export const couponService = ({ transactions, projection, clock }: CouponDeps) => ({
  async create(viewer: Viewer, input: unknown): Promise<Result<Coupon>> {
    const createdBy = viewer.mustHaveRole('admin');
    const valid = validate(createCouponInput, input);
    if (!valid.ok) return valid;
    const { code, percentOff, amountOff, validUntil, maxUses, courseId } = valid.value;
    if (validUntil != null && validUntil <= clock.now()) {
      return refuse('INVALID_INPUT', 'This moment is over.', 'input.validUntil');
    }
    const coupon: Coupon = {
      id: newId(),
      code,
      percentOff: percentOff ?? null,
      amountOffMinor: amountOff?.amountMinor ?? null,
      currency: amountOff?.currency ?? null,
      courseId: courseId ?? null,
      validUntil: validUntil ?? null,
      maxUses: maxUses ?? null,
      uses: 0,
      createdBy,
      createdAt: clock.now(),
    };
    return runOrRefuse(transactions, async ({ transaction }) => {
      if (
        courseId != null &&
        !(await projection.coursesById(transaction, [courseId])).has(courseId)
      )
        return refuse('NOT_FOUND', 'There is no such course.', 'input.courseId');
      return (await couponRepository.insert(transaction, coupon))
        ? ok(coupon)
        : refuse('COUPON_CODE_TAKEN', 'There is a coupon with this code.', 'input.code');
    });
  },

  /** Checks a code against an order to be made. @returns the coupon and what it takes off each course */
  async quote(
    db: Database,
    code: string,
    courses: readonly PricedCourse[],
    currency: Currency,
  ): Promise<Result<{ coupon: Coupon; discounts: readonly bigint[] }>> {
    const coupon = await couponRepository.byCode(db, normalCode(code));
    if (coupon === null) return refuse('COUPON_NOT_FOUND', 'There is no such coupon.', field);
    if (coupon.validUntil !== null && coupon.validUntil <= clock.now()) return expired();
    if (coupon.maxUses !== null && coupon.uses >= coupon.maxUses) return usedUp();
    if (coupon.currency !== null && coupon.currency !== currency) {
      const message = `The coupon is for prices in ${coupon.currency}.`;
      return refuse('COUPON_NOT_APPLICABLE', message, field);
    }
    if (coupon.courseId !== null && courses.every(({ courseId }) => courseId !== coupon.courseId)) {
      return refuse('COUPON_NOT_APPLICABLE', 'The coupon is for another course.', field);
    }
    return ok({ coupon, discounts: discountsOf(coupon, courses) });
  },

  /** Takes one use, in the transaction that makes the order. `quote` may have been true a moment too early. */
  async reserve(db: Database, use: CouponUse): Promise<Result<null>> {
    return (await couponRepository.reserve(db, use, clock.now())) ? ok(null) : usedUp();
  },

  /** The order was paid: the use is final. */
  use: (db: Database, orderId: string): Promise<void> => couponRepository.markUsed(db, orderId),

  /** The order will not be paid: somebody else may have the use. */
  release: (db: Database, orderId: string): Promise<void> => couponRepository.release(db, orderId),
});

const expired = () => refuse('COUPON_EXPIRED', 'The coupon has expired.', field);
const usedUp = () => refuse('COUPON_USED_UP', 'The coupon was used as often as it may be.', field);

export type CouponService = ReturnType<typeof couponService>;
