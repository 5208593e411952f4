import { newId } from '@pcc/platform';
import { waitFor, type ViewerClient } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createOrder,
  mutateOrder,
  readOrder,
  startTestCommerce,
  type Refused,
  type TestCommerce,
} from '../../test-support.js';

let commerce: TestCommerce;
let counter = 0;
beforeAll(async () => {
  commerce = await startTestCommerce();
});
afterAll(() => commerce.close());

const newCode = () => `CODE-${++counter}`;
async function createCoupon(input: Record<string, unknown>, client: ViewerClient = commerce.admin) {
  const { data, errors } = await client.query<{
    createCoupon: { coupon: { code: string; uses: number } | null; userErrors: Refused[] };
  } | null>(
    `mutation ($input: CreateCouponInput!) { createCoupon(input: $input) {
      coupon { code uses percentOff amountOff { amountMinor currency } course { id } maxUses }
      userErrors { code field } } }`,
    { input },
  );
  return { answer: data?.createCoupon, errors };
}
const usesOf = async (code: string) =>
  (
    await commerce.sql<{ uses: number }>(`SELECT uses FROM commerce.coupons WHERE code = $1`, [
      code,
    ])
  )[0]?.uses;
const order = (courseIds: string[], couponCode: string, client = commerce.as(newId())) =>
  mutateOrder(client, 'createOrder', { courseIds, couponCode, idempotencyKey: newId() });
const refused = (code: string) => ({
  order: null,
  userErrors: [{ code, field: ['input', 'couponCode'] }],
});

describe('createCoupon', () => {
  it('is for admins, and a code is there once, whatever its case', async () => {
    const { answer } = await createCoupon({ code: ' spring-26 ', percentOff: 20, maxUses: 3 });
    expect(answer).toMatchObject({
      coupon: { code: 'SPRING-26', percentOff: 20, uses: 0, maxUses: 3, amountOff: null },
      userErrors: [],
    });
    const again = await createCoupon({ code: 'Spring-26', percentOff: 30 });
    expect(again.answer?.userErrors).toEqual([
      { code: 'COUPON_CODE_TAKEN', field: ['input', 'code'] },
    ]);
    const { errors } = await createCoupon(
      { code: newCode(), percentOff: 1 },
      commerce.as(newId(), 'instructor'),
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it.each<[string, Record<string, unknown>, string, string[]]>([
    ['neither kind', {}, 'INVALID_INPUT', ['percentOff']],
    [
      'both kinds',
      { percentOff: 1, amountOff: { amountMinor: 1, currency: 'EUR' } },
      'INVALID_INPUT',
      ['percentOff'],
    ],
    ['more than everything', { percentOff: 101 }, 'INVALID_INPUT', ['percentOff']],
    [
      'a negative amount',
      { amountOff: { amountMinor: -1, currency: 'EUR' } },
      'INVALID_INPUT',
      ['amountOff', 'amountMinor'],
    ],
    ['no uses', { percentOff: 1, maxUses: 0 }, 'INVALID_INPUT', ['maxUses']],
    [
      'a moment that is over',
      { percentOff: 1, validUntil: '2020-01-01T00:00:00Z' },
      'INVALID_INPUT',
      ['validUntil'],
    ],
    ['a bad code', { code: 'a b', percentOff: 1 }, 'INVALID_INPUT', ['code']],
    ['an unknown course', { percentOff: 1, courseId: newId() }, 'NOT_FOUND', ['courseId']],
  ])('refuses %s', async (_what, input, code, field) => {
    const { answer } = await createCoupon({ code: newCode(), ...input });
    expect(answer).toEqual({ coupon: null, userErrors: [{ code, field: ['input', ...field] }] });
  });
});

describe('a coupon on an order', () => {
  it('is shared out over the lines to the last cent', async () => {
    const code = newCode();
    await createCoupon({ code, amountOff: { amountMinor: 100, currency: 'EUR' } });
    const courseIds = await Promise.all([333, 333, 334].map((price) => commerce.course(price)));
    const { order: made } = await order(courseIds, code.toLowerCase());
    expect(made).toMatchObject({
      couponCode: code,
      discount: { amountMinor: '100' },
      total: { amountMinor: '900' },
    });
    const totals = made?.lines.map(({ total }) => Number(total.amountMinor)) ?? [];
    expect(totals.reduce((sum, total) => sum + total, 0)).toBe(900);
  });

  it('that leaves nothing to pay makes the order paid at once', async () => {
    const code = newCode();
    await createCoupon({ code, percentOff: 100 });
    const courseId = await commerce.course(1999);
    const made = await createOrder(commerce.as(newId()), [courseId], { couponCode: code });
    expect(made).toMatchObject({
      status: 'PAID',
      checkoutUrl: null,
      total: { amountMinor: '0' },
      lines: [{ status: 'PAID' }],
    });
    await waitFor(() =>
      commerce.told.some(
        ({ type, aggregateId }) => type === 'order.paid' && aggregateId === made.id,
      ),
    );
    const ledger = await commerce.sql(
      `SELECT account, amount_minor FROM commerce.ledger_entries WHERE order_id = $1 ORDER BY account`,
      [made.id],
    );
    expect(ledger).toEqual([
      { account: 'COURSE_SALES', amount_minor: '-1999' },
      { account: 'SALES_DISCOUNTS', amount_minor: '1999' },
    ]);
  });

  it('is free again when the order is cancelled, and counted back once', async () => {
    const code = newCode();
    await createCoupon({ code, percentOff: 10, maxUses: 1 });
    const courseId = await commerce.course(1000);
    const student = commerce.as(newId());
    const first = await createOrder(student, [courseId], { couponCode: code });
    expect(await order([courseId], code)).toEqual(refused('COUPON_USED_UP'));
    await mutateOrder(student, 'cancelOrder', { orderId: first.id });
    await mutateOrder(student, 'cancelOrder', { orderId: first.id });
    expect(await usesOf(code)).toBe(0);
    expect((await order([courseId], code)).order).not.toBeNull();
  });

  it('stays used when the order is paid', async () => {
    const code = newCode();
    await createCoupon({ code, percentOff: 10, maxUses: 1 });
    const student = commerce.as(newId());
    const { id, checkoutUrl } = await createOrder(student, [await commerce.course(1000)], {
      couponCode: code,
    });
    await commerce.pay(checkoutUrl ?? '');
    await waitFor(async () => (await readOrder(student, id)).status === 'PAID');
    await mutateOrder(student, 'cancelOrder', { orderId: id });
    expect(await usesOf(code)).toBe(1);
  });

  it('is refused where it does not fit', async () => {
    const courseId = await commerce.course(1000);
    expect(await order([courseId], 'NO-SUCH-CODE')).toEqual(refused('COUPON_NOT_FOUND'));
    const dollars = newCode();
    await createCoupon({ code: dollars, amountOff: { amountMinor: 1, currency: 'USD' } });
    expect(await order([courseId], dollars)).toEqual(refused('COUPON_NOT_APPLICABLE'));
    const forAnother = newCode();
    await createCoupon({ code: forAnother, percentOff: 5, courseId: await commerce.course(1) });
    expect(await order([courseId], forAnother)).toEqual(refused('COUPON_NOT_APPLICABLE'));
    const expired = newCode();
    await createCoupon({ code: expired, percentOff: 5 });
    await commerce.sql(
      `UPDATE commerce.coupons SET valid_until = now() - interval '1 s' WHERE code = $1`,
      [expired],
    );
    expect(await order([courseId], expired)).toEqual(refused('COUPON_EXPIRED'));
    expect(await usesOf(expired)).toBe(0);
  });
});
