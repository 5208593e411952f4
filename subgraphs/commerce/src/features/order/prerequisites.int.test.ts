import { newId } from '@pcc/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  courseChanged,
  createOrder,
  mutateOrder,
  startTestCommerce,
  type TestCommerce,
} from '../../test-support.js';

let commerce: TestCommerce;
beforeAll(async () => {
  commerce = await startTestCommerce();
});
afterAll(() => commerce.close());

/** A course for sale that comes after these. */
async function courseAfter(...prerequisiteIds: string[]): Promise<string> {
  const courseId = await commerce.course(1000);
  await commerce.tell('course.changed', courseChanged(courseId, { version: 2, prerequisiteIds }));
  return courseId;
}
/** A course that nobody sells. */
async function titled(title: string): Promise<string> {
  const courseId = newId();
  await commerce.tell('course.changed', courseChanged(courseId, { title }));
  return courseId;
}
const complete = (userId: string, courseId: string) =>
  commerce.tell('course.completed', {
    aggregateId: newId(),
    data: { enrollmentId: newId(), userId, courseId },
  });
const order = (userId: string, courseIds: string[], more: object = {}) =>
  mutateOrder(commerce.as(userId), 'createOrder', { courseIds, idempotencyKey: newId(), ...more });
const codes = async (userId: string, ...courseIds: string[]) =>
  (await order(userId, courseIds)).userErrors.map(({ code, field }) => [code, field?.at(-1)]);
const missing = (...indexes: number[]) =>
  indexes.map((index) => ['COURSE_PREREQUISITES_MISSING', String(index)]);

it('is refused before anything is reserved, naming what to complete, and taken afterwards', async () => {
  const userId = newId();
  const [knots, sails] = [await titled('Knots'), await titled('Sails')];
  const courseId = await courseAfter(sails, knots);
  const free = await commerce.course(1000);
  const couponCode = `C${newId().slice(-8)}`.toUpperCase();
  await commerce.admin.query(
    `mutation ($input: CreateCouponInput!) { createCoupon(input: $input) { userErrors { code } } }`,
    { input: { code: couponCode, percentOff: 10, maxUses: 1 } },
  );
  const { data } = await commerce
    .as(userId)
    .query<{ createOrder: { userErrors: { message: string }[] } }>(
      `mutation ($input: CreateOrderInput!) { createOrder(input: $input) { order { id } userErrors { message } } }`,
      { input: { courseIds: [free, courseId], idempotencyKey: newId(), couponCode } },
    );
  expect(data.createOrder).toEqual({
    order: null,
    userErrors: [
      { message: `Complete these courses first: "Knots" (${knots}), "Sails" (${sails}).` },
    ],
  });
  const left = await commerce.sql(`SELECT 1 FROM commerce.payment_orders WHERE user_id = $1`, [
    userId,
  ]);
  expect(left).toEqual([]);

  await complete(userId, knots);
  expect(await codes(userId, free, courseId)).toEqual(missing(1));
  // Those who completed it before the shop knew are told of in another way; twice is nothing more.
  for (const data of [1, 2].map(() => ({ userId, courseId: sails }))) {
    await commerce.tell('completion.restated', { aggregateId: sails, data });
  }
  const paid = await createOrder(commerce.as(userId), [free, courseId], { couponCode });
  expect(paid).toMatchObject({ status: 'PENDING', couponCode });
  expect(await codes(newId(), courseId)).toEqual(missing(0));
});

it('asks for what one course requires also when it is in the same order', async () => {
  const first = await commerce.course(1000);
  const second = await courseAfter(first);
  expect(await codes(newId(), first, second)).toEqual(missing(1));
});

it('lets nobody wait for a course that is no longer taught, or is not known yet', async () => {
  const old = await titled('Old');
  const [afterOld, afterUnknown] = [await courseAfter(old), await courseAfter(newId())];
  expect(await codes(newId(), afterOld, afterUnknown)).toEqual(missing(0));
  await commerce.tell('course.changed', courseChanged(old, { status: 'ARCHIVED', version: 2 }));
  expect(await codes(newId(), afterOld, afterUnknown)).toEqual([]);
});

it('goes by the newest snapshot, and keeps what an older release does not tell', async () => {
  const needed = await titled('Needed');
  const courseId = await courseAfter(needed);
  const tell = (version: number, prerequisiteIds?: string[]) =>
    commerce.tell(
      'course.changed',
      courseChanged(courseId, { version, ...(prerequisiteIds && { prerequisiteIds }) }),
    );
  await tell(4);
  expect(await codes(newId(), courseId)).toEqual(missing(0));
  await tell(3, []);
  expect(await codes(newId(), courseId)).toEqual(missing(0));
  await tell(5, []);
  expect(await codes(newId(), courseId)).toEqual([]);
});

it('knows of a completion that comes before everything else', async () => {
  const [userId, needed] = [newId(), newId()];
  await complete(userId, needed);
  await complete(userId, needed);
  const courseId = await courseAfter(needed);
  await commerce.tell('course.changed', courseChanged(needed));
  expect(await codes(userId, courseId)).toEqual([]);
});

it('takes as many statements for twenty courses as for one', async () => {
  const needed = await titled('Needed');
  const courseIds: string[] = [];
  for (let index = 0; index < 20; index++) courseIds.push(await courseAfter(needed));
  const count = async (ids: string[]) =>
    (
      await commerce.selects(async () =>
        expect(await codes(newId(), ...ids)).toHaveLength(ids.length),
      )
    ).length;
  const one = await count(courseIds.slice(0, 1));
  expect(await count(courseIds)).toBe(one);
  expect(one).toBeLessThanOrEqual(8);
});
