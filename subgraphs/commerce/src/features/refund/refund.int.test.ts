import { newId } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineRefused } from '../../test-events.js';
import {
  createOrder,
  mutateOrder,
  readOrder,
  startTestCommerce,
  type OrderAnswer,
  type TestCommerce,
} from '../../test-support.js';

let commerce: TestCommerce;
beforeAll(async () => {
  commerce = await startTestCommerce();
});
afterAll(() => commerce.close());

const read = (order: OrderAnswer) => readOrder(commerce.admin, order.id);
async function paidOrder(...prices: number[]): Promise<OrderAnswer> {
  const courseIds: string[] = [];
  for (const price of prices) courseIds.push(await commerce.course(price));
  const order = await createOrder(commerce.as(newId()), courseIds);
  await commerce.pay(order.checkoutUrl ?? '');
  return waitFor(async () => {
    const current = await read(order);
    return current.status === 'PAID' && current;
  });
}
const refuseLine = (order: OrderAnswer, index: number) =>
  commerce.tell('enrollment.refused', lineRefused(order, index));
const refundEvents = (order: OrderAnswer) =>
  commerce.told.filter(
    ({ type, aggregateId }) => type === 'order.refunded' && aggregateId === order.id,
  );
const balances = (order: OrderAnswer) =>
  commerce.sql<{ account: string; balance: string }>(
    `SELECT account, sum(amount_minor) AS balance FROM commerce.ledger_entries
      WHERE order_id = $1 GROUP BY account ORDER BY account`,
    [order.id],
  );

describe('the way back', () => {
  it('refunds exactly the line that learning refused, however often it says so', async () => {
    const order = await paidOrder(1000, 250);
    await Promise.all([refuseLine(order, 1), refuseLine(order, 1)]);
    const refunded = await waitFor(async () => {
      const current = await read(order);
      return current.status === 'PARTIALLY_REFUNDED' && current;
    });
    expect(refunded.lines.map(({ status }) => status)).toEqual(['PAID', 'REFUNDED']);
    expect(refunded.refunds).toEqual([
      { status: 'COMPLETED', reason: 'COURSE_FULL', amount: { amountMinor: '250' } },
    ]);
    await refuseLine(order, 1);
    await waitFor(() => refundEvents(order).length > 0);
    expect(refundEvents(order).map(({ data }) => data)).toMatchObject([
      {
        amountMinor: '250',
        currency: 'EUR',
        reason: 'COURSE_FULL',
        lines: [{ orderLineId: order.lines[1]?.id, amountMinor: '250' }],
      },
    ]);
    expect(await balances(order)).toEqual([
      { account: 'COURSE_SALES', balance: '-1250' },
      { account: 'PROVIDER_CLEARING', balance: '1000' },
      { account: 'SALES_REFUNDS', balance: '250' },
    ]);
    const movements = await commerce.sql<{ kind: string; amount_minor: string }>(
      `SELECT kind, amount_minor FROM commerce.payment_transactions WHERE order_id = $1 ORDER BY id`,
      [order.id],
    );
    expect(movements).toEqual([
      { kind: 'CHARGE', amount_minor: '1250' },
      { kind: 'REFUND', amount_minor: '250' },
    ]);
  });

  it('leads to a whole refund when every line was refused', async () => {
    const order = await paidOrder(700, 300);
    await Promise.all([refuseLine(order, 0), refuseLine(order, 1)]);
    const refunded = await waitFor(async () => {
      const current = await read(order);
      return current.status === 'REFUNDED' && current;
    });
    expect(refunded.refunds.map(({ amount }) => amount.amountMinor).toSorted()).toEqual([
      '300',
      '700',
    ]);
    await waitFor(() => refundEvents(order).length === 2);
  });

  it('needs no provider for a line that cost nothing', async () => {
    await commerce.admin.query(
      `mutation { createCoupon(input: { code: "FREE", percentOff: 100 }) { userErrors { code } } }`,
    );
    const courseId = await commerce.course(1000);
    const order = await createOrder(commerce.as(newId()), [courseId], { couponCode: 'FREE' });
    await refuseLine(order, 0);
    expect(await read(order)).toMatchObject({
      status: 'REFUNDED',
      refunds: [{ status: 'COMPLETED', amount: { amountMinor: '0' } }],
    });
  });

  it('ignores a line that is not ours', async () => {
    const order = await paidOrder(1000);
    await refuseLine({ ...order, id: newId() }, 0);
    await refuseLine({ ...order, lines: order.lines.map((line) => ({ ...line, id: newId() })) }, 0);
    expect((await read(order)).refunds).toEqual([]);
  });
});

describe('refundOrder', () => {
  const refund = (order: { id: string }, client = commerce.admin, reason = 'Asked for it') =>
    mutateOrder(client, 'refundOrder', { orderId: order.id, reason });

  it('gives back what is still paid, once', async () => {
    const order = await paidOrder(1000, 250, 50);
    await refuseLine(order, 0);
    const answers = await Promise.all([refund(order), refund(order)]);
    expect(answers.filter(({ order: made }) => made !== null)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([
      { code: 'ORDER_NOT_REFUNDABLE', field: ['input', 'orderId'] },
    ]);
    const refunded = await waitFor(async () => {
      const current = await read(order);
      return current.status === 'REFUNDED' && current;
    });
    expect(refunded.refunds.map(({ amount, reason }) => [amount.amountMinor, reason])).toEqual([
      ['1000', 'COURSE_FULL'],
      ['300', 'Asked for it'],
    ]);
    expect(await balances(order)).toEqual([
      { account: 'COURSE_SALES', balance: '-1300' },
      { account: 'PROVIDER_CLEARING', balance: '0' },
      { account: 'SALES_REFUNDS', balance: '1300' },
    ]);
  });

  it('tries again when the provider does not answer, over a restart too', async () => {
    const order = await paidOrder(1000);
    await commerce.sql(`ALTER TABLE commerce.sandbox_refunds RENAME TO sandbox_refunds_gone`);
    await refund(order);
    await waitFor(async () => {
      const [row] = await commerce.sql<{ last_error: string | null }>(
        `SELECT last_error FROM commerce.refunds WHERE order_id = $1 AND attempts > 0`,
        [order.id],
      );
      return row?.last_error;
    });
    expect((await read(order)).lines).toMatchObject([{ status: 'REFUNDING' }]);
    await commerce.sql(`ALTER TABLE commerce.sandbox_refunds_gone RENAME TO sandbox_refunds`);
    await commerce.restart();
    await waitFor(async () => (await read(order)).status === 'REFUNDED');
  });

  it('is for admins, with a reason, for an order that is paid', async () => {
    const userId = newId();
    const student = commerce.as(userId);
    const order = await createOrder(student, [await commerce.course(1000)]);
    await expect(refund(order, student)).rejects.toThrow('FORBIDDEN');
    const orderId = ['input', 'orderId'];
    expect((await refund(order)).userErrors).toEqual([
      { code: 'ORDER_NOT_REFUNDABLE', field: orderId },
    ]);
    for (const id of [newId(), 'no id']) {
      expect((await refund({ id })).userErrors).toEqual([{ code: 'NOT_FOUND', field: orderId }]);
    }
    expect((await refund(order, commerce.admin, '  ')).userErrors).toEqual([
      { code: 'INVALID_INPUT', field: ['input', 'reason'] },
    ]);
  });
});
