import {
  ok,
  refuse,
  refuseAll,
  userError,
  type Clock,
  type Result,
  type UserError,
} from '@pcc/platform';
import type { Database } from '../../database.js';
import { sum, type Currency } from '../../money.js';
import type { Coupon, CouponService } from '../coupon/service.js';
import type { Price, PriceService } from '../price/service.js';
import type { ProjectionService } from '../projection/service.js';
import { orderRepository } from './repository.js';

/** An order as it would be made now. */
export interface OrderDraft {
  readonly currency: Currency;
  readonly subtotalMinor: bigint;
  readonly discountMinor: bigint;
  readonly coupon: Coupon | null;
  readonly lines: readonly DraftLine[];
}

export interface DraftLine {
  readonly courseId: string;
  readonly priceMinor: bigint;
  readonly discountMinor: bigint;
}

export interface DraftRequest {
  readonly userId: string;
  readonly courseIds: readonly string[];
  readonly couponCode: string | null;
}

export interface OrderDrafting {
  readonly prices: PriceService;
  readonly coupons: CouponService;
  readonly projection: ProjectionService;
  readonly clock: Clock;
}

/** Prices an order, or says everything that stands against it. */
export async function draftOrder(
  deps: OrderDrafting,
  db: Database,
  { userId, courseIds, couponCode }: DraftRequest,
): Promise<Result<OrderDraft>> {
  const priced = await pricesOf(deps, db, courseIds);
  if (!priced.ok) return priced;
  const owned = await ownedCourseIds(deps, db, userId, courseIds);
  if (owned.size > 0) {
    return refuseEach(courseIds, (courseId, field) =>
      owned.has(courseId)
        ? userError('ALREADY_ENROLLED', 'You have this course already.', field)
        : null,
    );
  }
  const unprepared = await refuseUnprepared(deps, db, userId, courseIds);
  if (unprepared !== null) return unprepared;
  const prices = priced.value;
  const currency = prices[0]?.currency;
  if (currency === undefined || prices.some((price) => price.currency !== currency)) {
    const message = 'These courses are sold in different currencies; order them separately.';
    return refuse('MIXED_CURRENCIES', message, 'input.courseIds');
  }
  const quoted =
    couponCode === null
      ? ok({ coupon: null, discounts: [] })
      : await deps.coupons.quote(db, couponCode, prices, currency);
  if (!quoted.ok) return quoted;
  const { coupon, discounts } = quoted.value;
  const lines = prices.map(({ courseId, amountMinor }, index) => ({
    courseId,
    priceMinor: amountMinor,
    discountMinor: discounts[index] ?? 0n,
  }));
  return ok({
    currency,
    coupon,
    lines,
    subtotalMinor: sum(lines.map(({ priceMinor }) => priceMinor)),
    discountMinor: sum(lines.map(({ discountMinor }) => discountMinor)),
  });
}

/** @returns the prices, in the order of the courses */
async function pricesOf(
  { projection, prices, clock }: OrderDrafting,
  db: Database,
  courseIds: readonly string[],
): Promise<Result<readonly Price[]>> {
  const courses = await projection.coursesById(db, courseIds);
  const byCourse = new Map(
    (await prices.prices(courseIds, db)).map((price) => [price.courseId, price]),
  );
  const found: Price[] = [];
  const refused = refuseEach(courseIds, (courseId, field) => {
    const course = courses.get(courseId);
    if (course === undefined) return userError('NOT_FOUND', 'There is no such course.', field);
    const price = byCourse.get(courseId);
    if (!isForSale(course, clock.now()) || price === undefined) {
      return userError('COURSE_NOT_FOR_SALE', 'This course is not for sale.', field);
    }
    found.push(price);
    return null;
  });
  return found.length === courseIds.length ? ok(found) : refused;
}

/** The same rule by which learning enrols. */
const isForSale = (
  course: { status: string; availableFrom: Date | null; availableUntil: Date | null },
  at: Date,
): boolean =>
  course.status === 'PUBLISHED' &&
  (course.availableFrom === null || course.availableFrom <= at) &&
  (course.availableUntil === null || course.availableUntil > at);

/** Courses that the person is enrolled in, or has paid and will be enrolled in any moment. */
async function ownedCourseIds(
  { projection }: OrderDrafting,
  db: Database,
  userId: string,
  courseIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const enrolled = await projection.enrolledCourseIds(db, userId, courseIds);
  const paid = await orderRepository.paidLines(db, userId, courseIds);
  const settled = await projection.enrolledLineIds(
    db,
    paid.map(({ id }) => id),
  );
  const coming = paid.filter(({ id }) => !settled.has(id)).map(({ courseId }) => courseId);
  return new Set([...enrolled, ...coming]);
}

/** As learning would, once it was paid: only that nothing has to go back. */
async function refuseUnprepared(
  { projection }: OrderDrafting,
  db: Database,
  userId: string,
  courseIds: readonly string[],
): Promise<Result<never> | null> {
  const missing = await projection.missingPrerequisites(db, userId, courseIds);
  if (missing.length === 0) return null;
  return refuseEach(courseIds, (courseId, field) => {
    const named = missing
      .filter((one) => one.courseId === courseId)
      .map(({ title, prerequisiteId }) => `"${title}" (${prerequisiteId})`);
    return named.length === 0
      ? null
      : userError(
          'COURSE_PREREQUISITES_MISSING',
          `Complete these courses first: ${named.join(', ')}.`,
          field,
        );
  });
}

function refuseEach(
  courseIds: readonly string[],
  reason: (courseId: string, field: string) => UserError | null,
): Result<never> {
  return refuseAll(
    courseIds
      .map((courseId, index) => reason(courseId, `input.courseIds.${index}`))
      .filter((error) => error !== null),
  );
}
