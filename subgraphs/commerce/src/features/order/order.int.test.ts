import { newId } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  courseChanged,
  createOrder,
  mutateOrder,
  readOrder,
  startTestCommerce,
  type TestCommerce,
} from '../../test-support.js';

let commerce: TestCommerce;
beforeAll(async () => {
  commerce = await startTestCommerce();
});
afterAll(() => commerce.close());

describe('an order', () => {
  it('is paid by the webhook that the provider sends, and tells so with its lines', async () => {
    const [userId, first, second] = [
      newId(),
      await commerce.course(1999),
      await commerce.course(1),
    ];
    const student = commerce.as(userId);
    const order = await createOrder(student, [first, second]);
    expect(order).toMatchObject({
      status: 'PENDING',
      total: { amountMinor: '2000', currency: 'EUR' },
      lines: [
        { course: { id: first }, status: 'PENDING', total: { amountMinor: '1999' } },
        { course: { id: second }, status: 'PENDING', total: { amountMinor: '1' } },
      ],
    });
    expect(order.checkoutUrl).toMatch(new RegExp(`^${commerce.url}/sandbox/checkout/cs_test_`));

    const answer = await commerce.pay(order.checkoutUrl ?? '', '4242 4242 4242 4242');
    expect(answer).toMatchObject({ status: 200, body: { status: 'complete' } });
    const paid = await waitFor(async () => {
      const current = await readOrder(student, order.id);
      return current.status === 'PAID' && current;
    });
    expect(paid.checkoutUrl).toBeNull();
    expect(paid.lines.map(({ status }) => status)).toEqual(['PAID', 'PAID']);

    const event = await waitFor(() =>
      commerce.told.find(
        ({ type, aggregateId }) => type === 'order.paid' && aggregateId === order.id,
      ),
    );
    expect(event.data).toEqual({
      orderId: order.id,
      userId,
      totalMinor: '2000',
      currency: 'EUR',
      lines: [
        { orderLineId: order.lines[0]?.id, courseId: first, amountMinor: '1999' },
        { orderLineId: order.lines[1]?.id, courseId: second, amountMinor: '1' },
      ],
    });
    const ledger = await commerce.sql<{ account: string; amount_minor: string }>(
      `SELECT account, amount_minor FROM commerce.ledger_entries WHERE order_id = $1 ORDER BY account`,
      [order.id],
    );
    expect(ledger).toEqual([
      { account: 'COURSE_SALES', amount_minor: '-2000' },
      { account: 'PROVIDER_CLEARING', amount_minor: '2000' },
    ]);
  });
});
