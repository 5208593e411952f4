import { newId } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completed, stripeEvent } from '../../test-events.js';
import {
  createOrder,
  decliningCard,
  mutateOrder,
  readOrder,
  startTestCommerce,
  webhookSecret,
  type OrderAnswer,
  type TestCommerce,
} from '../../test-support.js';

let commerce: TestCommerce;
const admin = () => commerce.admin;
beforeAll(async () => {
  commerce = await startTestCommerce();
});
afterAll(() => commerce.close());

const newOrder = async () => createOrder(commerce.as(newId()), [await commerce.course(1500)]);
const statusOf = async (order: OrderAnswer) => (await readOrder(admin(), order.id)).status;
const told = (order: OrderAnswer, type: string) =>
  commerce.told.filter((event) => event.type === type && event.aggregateId === order.id);
const balances = async (order: OrderAnswer) =>
  Object.fromEntries(
    (
      await commerce.sql<{ account: string; balance: string }>(
        `SELECT account, sum(amount_minor) AS balance FROM commerce.ledger_entries
          WHERE order_id = $1 GROUP BY account`,
        [order.id],
      )
    ).map(({ account, balance }) => [account, Number(balance)]),
  );

describe('the webhook', () => {
  it('believes only what is signed, recently, over the bytes that came', async () => {
    const order = await newOrder();
    const body = completed(order);
    expect(await commerce.webhook(body, { secret: 'whsec_forged' })).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    });
    expect((await commerce.webhook(body, { secondsAgo: 400 })).status).toBe(400);
    const unsigned = await fetch(`${commerce.url}/webhooks/stripe`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(unsigned.status).toBe(400);
    expect((await fetch(`${commerce.url}/webhooks/stripe`)).status).toBe(405);
    expect(await statusOf(order)).toBe('PENDING');
    expect((await commerce.webhook(body)).body).toEqual({ received: true, outcome: 'PAID' });
    expect(await statusOf(order)).toBe('PAID');
  });

  it('changes nothing when it comes again, at once or later, under the same or a new id', async () => {
    const order = await newOrder();
    const body = completed(order);
    const answers = await Promise.all(Array.from({ length: 5 }, () => commerce.webhook(body)));
    const outcomes = answers.map(({ body: { outcome } }) => outcome);
    expect(outcomes.toSorted()).toEqual([
      'NO_CHANGE',
      'NO_CHANGE',
      'NO_CHANGE',
      'NO_CHANGE',
      'PAID',
    ]);
    expect((await commerce.webhook(completed(order))).body).toMatchObject({ outcome: 'NO_CHANGE' });
    await waitFor(() => told(order, 'order.paid').length > 0);
    expect(await balances(order)).toEqual({ COURSE_SALES: -1500, PROVIDER_CLEARING: 1500 });
    const outbox = await commerce.sql(
      `SELECT 1 FROM commerce.outbox WHERE aggregate_id = $1 AND type = 'order.paid'`,
      [order.id],
    );
    expect(outbox).toHaveLength(1);
  });

  it.each([
    ['another amount', { amount_total: 1 }],
    ['another currency', { currency: 'usd' }],
    ['a currency nobody knows', { currency: 'xts' }],
  ])('does not take %s for payment', async (_what, given) => {
    const order = await newOrder();
    const answer = await commerce.webhook(completed(order, given));
    expect(answer).toMatchObject({ status: 200, body: { outcome: 'AMOUNT_MISMATCH' } });
    expect(await statusOf(order)).toBe('PENDING');
    expect(await balances(order)).toEqual({});
  });

  it('is not paid before the money came, whatever the session says', async () => {
    const order = await newOrder();
    const unpaid = completed(order, { payment_status: 'unpaid' });
    expect((await commerce.webhook(unpaid)).body).toMatchObject({ outcome: 'IGNORED' });
    expect(await statusOf(order)).toBe('PENDING');
  });

  it('takes unknown orders and unknown kinds of events without harm', async () => {
    const order = await newOrder();
    const unknown = await commerce.webhook(completed({ ...order, id: newId() }));
    expect(unknown).toMatchObject({ status: 200, body: { outcome: 'UNKNOWN_ORDER' } });
    const other = await commerce.webhook(stripeEvent('customer.created', { id: 'cus_1' }));
    expect(other).toMatchObject({ status: 200, body: { outcome: 'IGNORED' } });
  });

  it('ignores a failure or an expiry that comes after the payment', async () => {
    const order = await newOrder();
    await commerce.webhook(completed(order));
    const failed = stripeEvent('payment_intent.payment_failed', {
      id: 'pi_x',
      metadata: { orderId: order.id },
    });
    expect((await commerce.webhook(failed)).body).toMatchObject({ outcome: 'NO_CHANGE' });
    const expired = { ...completed(order), id: 'evt_expired', type: 'checkout.session.expired' };
    expect((await commerce.webhook(expired)).body).toMatchObject({ outcome: 'NO_CHANGE' });
    expect(await statusOf(order)).toBe('PAID');
  });

  it('cancels an order whose checkout expired', async () => {
    const order = await newOrder();
    const expired = {
      ...completed(order, { payment_status: 'unpaid', payment_intent: null }),
      type: 'checkout.session.expired',
    };
    expect((await commerce.webhook(expired)).body).toMatchObject({ outcome: 'CANCELLED' });
    expect(await statusOf(order)).toBe('CANCELLED');
  });
});

describe('the sandbox', () => {
  it('declines a card, tells so, and takes another', async () => {
    const order = await newOrder();
    const url = order.checkoutUrl ?? '';
    expect(await commerce.pay(url, decliningCard)).toMatchObject({
      status: 402,
      body: { status: 'open', error: { code: 'card_declined' } },
    });
    await waitFor(async () => (await statusOf(order)) === 'FAILED');
    const [failure] = await waitFor(() => {
      const events = told(order, 'order.payment_failed');
      return events.length > 0 && events;
    });
    expect(failure?.data).toMatchObject({ orderId: order.id, reason: 'generic_decline' });
    expect((await readOrder(admin(), order.id)).checkoutUrl).toBe(url);
    expect(await commerce.pay(url, '1234')).toMatchObject({
      status: 402,
      body: { error: { code: 'incorrect_number' } },
    });
    expect((await commerce.pay(url)).status).toBe(200);
    await waitFor(async () => (await statusOf(order)) === 'PAID');
    expect((await commerce.pay(url)).status).toBe(409);
  });

  it('has a page for people, with a form that works without script', async () => {
    const order = await newOrder();
    const url = order.checkoutUrl ?? '';
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('Bread &amp; &lt;Butter&gt; (15.00 EUR)');
    const submitted = await fetch(`${url}/pay`, {
      method: 'POST',
      headers: { accept: 'text/html' },
      body: new URLSearchParams({ cardNumber: '4242424242424242' }),
    });
    expect([submitted.status, await submitted.text()]).toEqual([
      200,
      expect.stringContaining('Paid. You may close this page.'),
    ]);
    await waitFor(async () => (await statusOf(order)) === 'PAID');
  });

  it('answers nonsense with 4xx', async () => {
    const { checkoutUrl } = await newOrder();
    const post = (body: string) =>
      fetch(`${checkoutUrl}/pay`, { method: 'POST', body }).then(({ status }) => status);
    expect(await post('not json')).toBe(400);
    expect(await post('{"cardNumber": 4242}')).toBe(400);
    expect(await post(JSON.stringify({ cardNumber: '4'.repeat(9000) }))).toBe(413);
    expect((await fetch(`${checkoutUrl}/pay`)).status).toBe(405);
    const unknown = `${commerce.url}/sandbox/checkout/cs_test_${'0'.repeat(32)}`;
    expect((await fetch(unknown)).status).toBe(404);
    expect((await commerce.pay(unknown)).status).toBe(404);
    expect((await fetch(`${commerce.url}/sandbox/../etc`)).status).toBe(404);
  });

  it('gives money back that came for a cancelled order', async () => {
    const order = await newOrder();
    // As if the cancellation and the payment crossed on the way: the provider did not hear of it.
    await commerce.sql(
      `UPDATE commerce.payment_orders SET provider_reference = NULL WHERE id = $1`,
      [order.id],
    );
    await mutateOrder(admin(), 'cancelOrder', { orderId: order.id });
    expect((await commerce.pay(order.checkoutUrl ?? '')).status).toBe(200);
    const refunded = await waitFor(async () => {
      const current = await readOrder(admin(), order.id);
      return current.refunds[0]?.status === 'COMPLETED' && current;
    });
    expect(refunded).toMatchObject({
      status: 'CANCELLED',
      refunds: [{ reason: 'PAID_AFTER_CANCELLATION', amount: { amountMinor: '1500' } }],
    });
    expect(await balances(order)).toEqual({ PROVIDER_CLEARING: 0, UNAPPLIED_PAYMENTS: 0 });
    expect(told(order, 'order.paid')).toEqual([]);
  });

  it('goes on calling the webhook until it is heard, over a restart too', async () => {
    const order = await newOrder();
    const path = new URL(order.checkoutUrl ?? '').pathname;
    const delivery = () =>
      commerce.sql<{ attempts: number; last_error: string | null; payload: string }>(
        `SELECT attempts, last_error, payload FROM commerce.sandbox_deliveries
          WHERE payload LIKE $1 AND delivered_at IS NULL`,
        [`%${order.id}%`],
      );
    await commerce.sql(`ALTER TABLE commerce.webhook_inbox RENAME TO webhook_inbox_gone`);
    await commerce.pay(order.checkoutUrl ?? '');
    await waitFor(async () => ((await delivery())[0]?.attempts ?? 0) >= 2);
    expect((await delivery())[0]?.last_error).toBe('the webhook answered 500');
    await commerce.sql(`ALTER TABLE commerce.webhook_inbox_gone RENAME TO webhook_inbox`);
    await commerce.restart({ webhookSecrets: [`${webhookSecret}-newer`, webhookSecret] });
    await waitFor(async () => (await statusOf(order)) === 'PAID');
    expect(await delivery()).toEqual([]);
    const page = await fetch(commerce.url + path);
    expect(await page.json()).toMatchObject({ status: 'complete' });
  });
});
