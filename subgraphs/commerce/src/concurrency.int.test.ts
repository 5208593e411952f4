import { newId } from '@pcc/platform';
import { startTestPostgresServer } from '@pcc/stores/testing';
import { serviceUrls, waitFor, type SignedClient, type ViewerClient } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { completed, lineRefused, stripeEvent, stripeSession } from './test-events.js';
import {
  courseChanged,
  createOrder,
  mutateOrder,
  readOrder,
  startTestCommerce,
  type OrderAnswer,
  type TestCommerce,
} from './test-support.js';

/**
 * What happens at the same moment, in two processes. On a PostgreSQL with real sessions, in the role of
 * production: on the embedded one everybody waits in line, and no race is ever lost.
 */
let commerce: TestCommerce;
let beside: SignedClient;
beforeAll(async () => {
  commerce = await startTestCommerce(startTestPostgresServer);
  beside = await commerce.another();
});
afterAll(() => commerce.close());

/** A narrow race has to be run often, to be lost once; with a server at hand there is time for it. */
const roundCount = serviceUrls().postgres === undefined ? 2 : 10;
vi.setConfig({ testTimeout: 120_000 });
async function rounds(round: (number: number) => Promise<void>): Promise<void> {
  for (let number = 0; number < roundCount; number++) await round(number);
}
const times = <Value>(count: number, act: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));
/** The same person by either process, in turn. */
const buyer = (id: string, index = 0): ViewerClient =>
  index % 2 === 0 ? commerce.as(id) : beside.as({ id });

const statusOf = async (order: { id: string }) =>
  (await readOrder(commerce.admin, order.id)).status;
const outbox = async (type: string, orderId: string) => {
  const rows = await commerce.sql(
    'SELECT 1 FROM commerce.outbox WHERE type = $1 AND aggregate_id = $2',
    [type, orderId],
  );
  return rows.length;
};
/** By account; what is zero is left out. */
const books = async (order: { id: string }) => {
  const rows = await commerce.sql<{ account: string; balance: string }>(
    `SELECT account, sum(amount_minor)::text AS balance FROM commerce.ledger_entries
      WHERE order_id = $1 GROUP BY account HAVING sum(amount_minor) <> 0`,
    [order.id],
  );
  return Object.fromEntries(rows.map(({ account, balance }) => [account, Number(balance)]));
};

let counter = 0;
const newCoupon = async (input: Record<string, unknown>): Promise<string> => {
  const code = `RACE-${++counter}`;
  await commerce.admin.query(
    'mutation ($input: CreateCouponInput!) { createCoupon(input: $input) { userErrors { code } } }',
    { input: { code, ...input } },
  );
  return code;
};
/** How often the coupon counts as used, and how often it is. */
const usesOf = async (code: string) => {
  const [row] = await commerce.sql<{ counted: number; used: number }>(
    `SELECT uses AS counted, (SELECT count(*)::int FROM commerce.coupon_uses u
        WHERE u.coupon_id = c.id AND u.status <> 'RELEASED') AS used
       FROM commerce.coupons c WHERE code = $1`,
    [code],
  );
  return row;
};

const outcomesOf = async (events: Record<string, unknown>[]) =>
  (await Promise.all(events.map((one) => commerce.webhook(one))))
    .map(({ body }) => String(body['outcome']))
    .sort();

describe('coupons', () => {
  it('are used no more often than they may be, while others give their use back', () =>
    rounds(async () => {
      const code = await newCoupon({ percentOff: 10, maxUses: 3 });
      const courseId = await commerce.course(1000);
      const holders = await times(3, async () => {
        const client = commerce.as(newId());
        return { client, order: await createOrder(client, [courseId], { couponCode: code }) };
      });
      const [taken] = await Promise.all([
        times(6, (index) =>
          mutateOrder(buyer(newId(), index), 'createOrder', {
            courseIds: [courseId],
            couponCode: code,
            idempotencyKey: newId(),
          }),
        ),
        ...holders.flatMap(({ client, order }) =>
          [1, 2].map(() => mutateOrder(client, 'cancelOrder', { orderId: order.id })),
        ),
      ]);
      const refused = taken.flatMap(({ userErrors }) => userErrors);
      expect(new Set(refused.map(({ code: reason }) => reason))).toEqual(
        new Set(refused.length === 0 ? [] : ['COUPON_USED_UP']),
      );
      const made = taken.length - refused.length;
      expect(await usesOf(code)).toEqual({ counted: made, used: made });
      expect(made).toBeLessThanOrEqual(3);
    }));

  it('go to three of twenty buyers when there are three uses', async () => {
    const code = await newCoupon({ percentOff: 10, maxUses: 3 });
    const courseIds = [await commerce.course(1000)];
    const answers = await times(20, (index) =>
      mutateOrder(buyer(newId(), index), 'createOrder', {
        courseIds,
        couponCode: code,
        idempotencyKey: newId(),
      }),
    );
    expect(answers.filter(({ order }) => order !== null)).toHaveLength(3);
    expect(
      answers.filter(({ userErrors: [error] }) => error?.code === 'COUPON_USED_UP'),
    ).toHaveLength(17);
    expect(await usesOf(code)).toEqual({ counted: 3, used: 3 });
  });
});

describe('the idempotency key', () => {
  const sendTwelveTimes = async (input: Record<string, unknown>) => {
    const userId = newId();
    const answers = await times(12, (index) =>
      mutateOrder(buyer(userId, index), 'createOrder', { idempotencyKey: 'key', ...input }),
    );
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(new Set(answers.map(({ order }) => order?.id)).size).toBe(1);
    const rows = await commerce.sql(`SELECT 1 FROM commerce.payment_orders WHERE user_id = $1`, [
      userId,
    ]);
    expect(rows).toHaveLength(1);
    return answers.map(({ order }) => order);
  };

  it('gives one order and one checkout to twelve requests at once', async () => {
    const courseIds = [await commerce.course(1000), await commerce.course(2000)];
    const orders = await sendTwelveTimes({ courseIds });
    const checkouts = orders.map((order) => new URL(order?.checkoutUrl ?? '').pathname);
    expect(new Set(checkouts).size).toBe(1);
  });

  it('gives the order that took the last use of a coupon, and no refusal', () =>
    rounds(async () => {
      const couponCode = await newCoupon({ percentOff: 10, maxUses: 1 });
      await sendTwelveTimes({ courseIds: [await commerce.course(1000)], couponCode });
      expect(await usesOf(couponCode)).toEqual({ counted: 1, used: 1 });
    }));

  it('gives the order that cost nothing and is paid already, and no refusal', () =>
    rounds(async () => {
      const couponCode = await newCoupon({ percentOff: 100 });
      const [order] = await sendTwelveTimes({
        courseIds: [await commerce.course(1000)],
        couponCode,
      });
      expect(await outbox('order.paid', order?.id ?? '')).toBe(1);
    }));
});

describe('webhooks at once', () => {
  const newOrder = async () => createOrder(buyer(newId()), [await commerce.course(1500)]);

  it('book one payment once, under the same or different ids', () =>
    rounds(async () => {
      const order = await newOrder();
      const same = completed(order);
      const outcomes = await outcomesOf([same, same, completed(order), same, completed(order)]);
      expect(outcomes).toEqual(['NO_CHANGE', 'NO_CHANGE', 'NO_CHANGE', 'NO_CHANGE', 'PAID']);
      expect(await books(order)).toEqual({ COURSE_SALES: -1500, PROVIDER_CLEARING: 1500 });
      expect(await outbox('order.paid', order.id)).toBe(1);
    }));

  it('of two payments for one order take one, and send the other back', () =>
    rounds(async () => {
      const order = await newOrder();
      const twice = [1, 2].map((n) => completed(order, { payment_intent: `pi_${n}_${order.id}` }));
      expect(await outcomesOf(twice)).toEqual(['PAID', 'REFUND_REQUESTED']);
      expect(await books(order)).toEqual({
        COURSE_SALES: -1500,
        PROVIDER_CLEARING: 3000,
        UNAPPLIED_PAYMENTS: -1500,
      });
      expect(await outbox('order.paid', order.id)).toBe(1);
    }));

  it('of payment, decline and expiry keep the money or owe it, whichever comes first', () =>
    rounds(async () => {
      const order = await newOrder();
      const declined = stripeEvent('payment_intent.payment_failed', {
        id: 'pi_x',
        metadata: { orderId: order.id },
      });
      const unpaid = { payment_status: 'unpaid', payment_intent: null };
      const expired = stripeEvent('checkout.session.expired', stripeSession(order, unpaid));
      await outcomesOf([declined, completed(order), expired]);
      const status = await statusOf(order);
      expect(['PAID', 'CANCELLED']).toContain(status);
      expect(await books(order)).toEqual(
        status === 'PAID'
          ? { COURSE_SALES: -1500, PROVIDER_CLEARING: 1500 }
          : { PROVIDER_CLEARING: 1500, UNAPPLIED_PAYMENTS: -1500 },
      );
    }));
});

describe('paying', () => {
  it('and cancelling at once ends in one of them, and nobody’s money is kept', () =>
    rounds(async () => {
      const code = await newCoupon({ percentOff: 50, maxUses: 1 });
      const student = buyer(newId());
      const order = await createOrder(student, [await commerce.course(1000)], { couponCode: code });
      await Promise.all([
        commerce.pay(order.checkoutUrl ?? ''),
        mutateOrder(student, 'cancelOrder', { orderId: order.id }),
      ]);
      const settled = await waitFor(async () => {
        const now = await readOrder(commerce.admin, order.id);
        const [checkout] = await commerce.sql<{ status: string }>(
          'SELECT status FROM commerce.sandbox_checkouts WHERE order_id = $1',
          [order.id],
        );
        if (now.status === 'PAID') return now;
        const paid = checkout?.status === 'complete';
        const back = now.refunds.some(({ status }) => status === 'COMPLETED');
        return now.status === 'CANCELLED' && (paid ? back : checkout?.status === 'expired') && now;
      });
      const paid = settled.status === 'PAID';
      expect(await usesOf(code)).toEqual(paid ? { counted: 1, used: 1 } : { counted: 0, used: 0 });
      expect(await books(order)).toEqual(
        paid ? { COURSE_SALES: -1000, PROVIDER_CLEARING: 500, SALES_DISCOUNTS: 500 } : {},
      );
      expect(settled.lines.map(({ status }) => status)).toEqual([paid ? 'PAID' : 'CANCELLED']);
      expect(await outbox('order.paid', order.id)).toBe(paid ? 1 : 0);
    }));

  it('is tried from two windows at once, and takes the money once', () =>
    rounds(async () => {
      const order = await createOrder(buyer(newId()), [await commerce.course(1000)]);
      const answers = await times(3, () => commerce.pay(order.checkoutUrl ?? ''));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      await waitFor(async () => (await statusOf(order)) === 'PAID');
      expect(await books(order)).toEqual({ COURSE_SALES: -1000, PROVIDER_CLEARING: 1000 });
    }));
});

describe('refunds', () => {
  const paidOrder = async (...prices: number[]) => {
    const courseIds = await Promise.all(prices.map((price) => commerce.course(price)));
    const order = await createOrder(buyer(newId()), courseIds);
    await commerce.pay(order.checkoutUrl ?? '');
    await waitFor(async () => (await statusOf(order)) === 'PAID');
    return readOrder(commerce.admin, order.id);
  };
  const refuse = (order: OrderAnswer, index: number) =>
    commerce.tell('enrollment.refused', lineRefused(order, index));

  it('give each line back once, though learning and two admins ask at once', () =>
    rounds(async () => {
      const order = await paidOrder(1000, 250, 50);
      const refund = () =>
        mutateOrder(commerce.admin, 'refundOrder', { orderId: order.id, reason: 'Asked for it' });
      await Promise.all([refuse(order, 0), refund(), refuse(order, 0), refuse(order, 2), refund()]);
      const settled = await waitFor(async () => {
        const now = await readOrder(commerce.admin, order.id);
        return now.status === 'REFUNDED' && now;
      });
      const amounts = settled.refunds.map(({ amount }) => Number(amount.amountMinor));
      expect(amounts.reduce((all, amount) => all + amount, 0)).toBe(1300);
      expect(await books(order)).toEqual({ COURSE_SALES: -1300, SALES_REFUNDS: 1300 });
      expect(await outbox('order.refunded', order.id)).toBe(settled.refunds.length);
      const given = await commerce.sql<{ sum: string }>(
        `SELECT sum(refunded_minor)::text FROM commerce.sandbox_checkouts WHERE order_id = $1`,
        [order.id],
      );
      expect(given).toEqual([{ sum: '1300' }]);
    }));

  it('are booked once when the provider tells of them many times at once', () =>
    rounds(async () => {
      const order = await paidOrder(1000);
      await refuse(order, 0);
      const [refund] = await commerce.sql<{ id: string }>(
        'SELECT id FROM commerce.refunds WHERE order_id = $1',
        [order.id],
      );
      const told = () =>
        stripeEvent('charge.refunded', {
          refunds: {
            data: [{ id: `re_${order.id}`, amount: 1000, metadata: { refundId: refund?.id } }],
          },
        });
      const outcomes = await outcomesOf([told(), told(), told(), told()]);
      expect(outcomes.filter((outcome) => outcome !== 'NO_CHANGE').length).toBeLessThanOrEqual(1);
      await waitFor(async () => (await statusOf(order)) === 'REFUNDED');
      expect(await books(order)).toEqual({ COURSE_SALES: -1000, SALES_REFUNDS: 1000 });
      expect(await outbox('order.refunded', order.id)).toBe(1);
    }));
});

describe('what is told at once', () => {
  it('has one price version for each change of a price', async () => {
    const [courseId, teacher] = [newId(), newId()];
    await commerce.tell('course.changed', courseChanged(courseId, { instructorIds: [teacher] }));
    const answers = await times(8, (index) =>
      (index % 2 === 0
        ? commerce.as(teacher, 'instructor')
        : beside.as({ id: teacher, role: 'instructor' })
      ).query(
        'mutation ($input: SetCoursePriceInput!) { setCoursePrice(input: $input) { userErrors { code } } }',
        { input: { courseId, amountMinor: `${index + 1}`, currency: 'EUR' } },
      ),
    );
    expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
    const told = await commerce.sql<{ version: number; amount: string }>(
      `SELECT aggregate_version AS version, data->>'amountMinor' AS amount FROM commerce.outbox
        WHERE aggregate_id = $1 ORDER BY 1`,
      [courseId],
    );
    expect(told.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const [price] = await commerce.sql<{ amount_minor: string }>(
      'SELECT amount_minor FROM commerce.course_prices WHERE course_id = $1',
      [courseId],
    );
    expect(price?.amount_minor).toBe(told.at(-1)?.amount);
  });

  it('is kept in its newest version, and an end stays one, in whatever order', () =>
    rounds(async () => {
      const courseId = newId();
      await times(5, (index) =>
        commerce.tell(
          'course.changed',
          courseChanged(courseId, { version: 5 - index, instructorIds: [newId()] }),
        ),
      );
      const enrollment = { enrollmentId: newId(), userId: newId(), courseId };
      const ended = {
        aggregateId: enrollment.enrollmentId,
        data: { ...enrollment, reason: 'REFUNDED' as const },
      };
      const created = { aggregateId: enrollment.enrollmentId, data: enrollment };
      await Promise.all([
        commerce.tell('enrollment.created', created),
        commerce.tell('enrollment.ended', ended),
        commerce.tell('enrollment.created', created),
      ]);
      const rows = await commerce.sql(
        `SELECT version, ended FROM commerce.projection_courses c
           JOIN commerce.projection_enrollments e USING (course_id) WHERE course_id = $1`,
        [courseId],
      );
      expect(rows).toEqual([{ version: 5, ended: true }]);
    }));

  it('fails for nobody', async () => {
    expect(await commerce.sql('SELECT * FROM commerce.dead_letters')).toEqual([]);
    const unbalanced = await commerce.sql(
      `SELECT transaction_id FROM commerce.ledger_entries GROUP BY 1, currency HAVING sum(amount_minor) <> 0`,
    );
    expect(unbalanced).toEqual([]);
  });
});
