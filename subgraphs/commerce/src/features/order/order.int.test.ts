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

const ledgerOf = (orderId: string) =>
  commerce.sql<{ account: string; amount_minor: string }>(
    `SELECT account, amount_minor FROM commerce.ledger_entries WHERE order_id = $1 ORDER BY account`,
    [orderId],
  );
const refusedWith = (code: string, field: string[]) => ({
  order: null,
  userErrors: [{ code, field }],
});

describe('an order', () => {
  it('is paid by the webhook that the provider sends, and tells so with its lines', async () => {
    const userId = newId();
    const [first, second] = [await commerce.course(1999), await commerce.course(1)];
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
    expect(await ledgerOf(order.id)).toEqual([
      { account: 'COURSE_SALES', amount_minor: '-2000' },
      { account: 'PROVIDER_CLEARING', amount_minor: '2000' },
    ]);
  });

  it('keeps the price it was made at', async () => {
    const instructor = newId();
    const courseId = await commerce.course(1000, 'EUR', instructor);
    const student = commerce.as(newId());
    const order = await createOrder(student, [courseId]);
    await commerce
      .as(instructor, 'instructor')
      .query(
        `mutation ($input: SetCoursePriceInput!) { setCoursePrice(input: $input) { userErrors { code } } }`,
        { input: { courseId, amountMinor: 9000, currency: 'EUR' } },
      );
    expect((await readOrder(student, order.id)).total.amountMinor).toBe('1000');
    expect((await createOrder(student, [courseId])).total.amountMinor).toBe('9000');
  });

  it('sells a course only while it takes enrolments', async () => {
    const student = commerce.as(newId());
    const courseId = await commerce.course(1000);
    const order = () =>
      mutateOrder(student, 'createOrder', { courseIds: [courseId], idempotencyKey: newId() });
    const hour = (number: number) => new Date(Date.now() + number * 3_600_000).toISOString();
    const schedule = (version: number, availableFrom: string, availableUntil: string) =>
      commerce.tell(
        'course.changed',
        courseChanged(courseId, { version, window: { availableFrom, availableUntil } }),
      );
    const notForSale = refusedWith('COURSE_NOT_FOR_SALE', ['input', 'courseIds', '0']);
    await schedule(2, hour(1), hour(2));
    expect(await order()).toEqual(notForSale);
    await schedule(3, hour(-2), hour(-1));
    expect(await order()).toEqual(notForSale);
    await schedule(4, hour(-1), hour(1));
    expect(await order()).toMatchObject({ userErrors: [] });
  });

  it('refuses what cannot be ordered, naming the course at fault', async () => {
    const student = commerce.as(newId());
    const order = (courseIds: string[]) =>
      mutateOrder(student, 'createOrder', { courseIds, idempotencyKey: newId() });
    const good = await commerce.course(1000);
    const draft = await commerce.course(1000);
    await commerce.tell('course.changed', courseChanged(draft, { status: 'DRAFT', version: 2 }));
    const priceless = newId();
    await commerce.tell('course.changed', courseChanged(priceless));
    const at = (index: number) => ['input', 'courseIds', String(index)];

    expect(await order([good, draft])).toEqual(refusedWith('COURSE_NOT_FOR_SALE', at(1)));
    expect(await order([priceless])).toEqual(refusedWith('COURSE_NOT_FOR_SALE', at(0)));
    expect(await order([newId()])).toEqual(refusedWith('NOT_FOUND', at(0)));
    expect(await order([good, 'x'])).toEqual(refusedWith('NOT_FOUND', at(1)));
    const courseIds = ['input', 'courseIds'];
    expect(await order([])).toEqual(refusedWith('INVALID_INPUT', courseIds));
    expect(await order([good, good.toUpperCase()])).toEqual(
      refusedWith('INVALID_INPUT', courseIds),
    );
    const dollars = await commerce.course(1000, 'USD');
    expect(await order([good, dollars])).toEqual(refusedWith('MIXED_CURRENCIES', courseIds));
  });

  it('is refused for a course that the person has, or is about to have', async () => {
    const userId = newId();
    const student = commerce.as(userId);
    const courseId = await commerce.course(1000);
    const again = () =>
      mutateOrder(student, 'createOrder', { courseIds: [courseId], idempotencyKey: newId() });
    const enrollment = { enrollmentId: newId(), userId, courseId };

    const order = await createOrder(student, [courseId]);
    await commerce.pay(order.checkoutUrl ?? '');
    await waitFor(async () => (await readOrder(student, order.id)).status === 'PAID');
    const refused = refusedWith('ALREADY_ENROLLED', ['input', 'courseIds', '0']);
    expect(await again()).toEqual(refused);
    const orderLineId = order.lines[0]?.id ?? '';
    await commerce.tell('enrollment.created', {
      aggregateId: enrollment.enrollmentId,
      data: { ...enrollment, orderId: order.id, orderLineId },
    });
    expect(await again()).toEqual(refused);
    const ended = { ...enrollment, reason: 'EXPIRED' as const };
    await commerce.tell('enrollment.ended', {
      aggregateId: enrollment.enrollmentId,
      data: ended,
    });
    expect((await again()).order).toMatchObject({ status: 'PENDING' });
  });

  it('stays one when an end overtakes the enrolment it ends', async () => {
    const [userId, enrollmentId] = [newId(), newId()];
    const courseId = await commerce.course(1000);
    const enrollment = { enrollmentId, userId, courseId };
    await commerce.tell('enrollment.ended', {
      aggregateId: enrollmentId,
      data: { ...enrollment, reason: 'REFUNDED' },
    });
    await commerce.tell('enrollment.created', { aggregateId: enrollmentId, data: enrollment });
    expect(await createOrder(commerce.as(userId), [courseId])).toMatchObject({ status: 'PENDING' });
  });
});

describe('the idempotency key', () => {
  it('gives the same order again, even to ten requests at once', async () => {
    const userId = newId();
    const courseIds = [await commerce.course(1000), await commerce.course(2000)];
    const input = { courseIds, idempotencyKey: 'key' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => mutateOrder(commerce.as(userId), 'createOrder', input)),
    );
    const ids = new Set(answers.map(({ order }) => order?.id));
    expect(ids.size).toBe(1);
    expect(new Set(answers.map(({ order }) => order?.checkoutUrl)).size).toBe(1);
    const reversed = { ...input, courseIds: courseIds.toReversed() };
    const later = await mutateOrder(commerce.as(userId), 'createOrder', reversed);
    expect(ids).toContain(later.order?.id);
    const rows = await commerce.sql(`SELECT 1 FROM commerce.payment_orders WHERE user_id = $1`, [
      userId,
    ]);
    expect(rows).toHaveLength(1);
  });

  it('refuses another order under it, and is free for another person', async () => {
    const [mine, other] = [await commerce.course(1000), await commerce.course(2000)];
    const student = commerce.as(newId());
    await createOrder(student, [mine], { idempotencyKey: 'key' });
    const reused = { courseIds: [other], idempotencyKey: 'key' };
    expect(await mutateOrder(student, 'createOrder', reused)).toEqual(
      refusedWith('IDEMPOTENCY_KEY_REUSED', ['input', 'idempotencyKey']),
    );
    await createOrder(commerce.as(newId()), [other], { idempotencyKey: 'key' });
  });
});

describe('cancelling', () => {
  it('closes the order and its checkout', async () => {
    const student = commerce.as(newId());
    const order = await createOrder(student, [await commerce.course(1000)]);
    const { order: cancelled } = await mutateOrder(student, 'cancelOrder', { orderId: order.id });
    expect(cancelled).toMatchObject({
      status: 'CANCELLED',
      checkoutUrl: null,
      lines: [{ status: 'CANCELLED' }],
    });
    expect(await commerce.pay(order.checkoutUrl ?? '')).toMatchObject({ status: 409 });
    const repeated = await mutateOrder(student, 'cancelOrder', { orderId: order.id });
    expect(repeated).toMatchObject({ order: { status: 'CANCELLED' }, userErrors: [] });
  });

  it('is too late once it is paid, and nobody else may do it', async () => {
    const student = commerce.as(newId());
    const { id, checkoutUrl } = await createOrder(student, [await commerce.course(1000)]);
    const orderId = ['input', 'orderId'];
    const foreign = await mutateOrder(commerce.as(newId()), 'cancelOrder', { orderId: id });
    expect(foreign).toEqual(refusedWith('NOT_FOUND', orderId));
    expect(await mutateOrder(student, 'cancelOrder', { orderId: 'no id' })).toEqual(
      refusedWith('NOT_FOUND', orderId),
    );
    await commerce.pay(checkoutUrl ?? '');
    await waitFor(async () => (await readOrder(student, id)).status === 'PAID');
    expect(await mutateOrder(student, 'cancelOrder', { orderId: id })).toEqual(
      refusedWith('ORDER_NOT_CANCELLABLE', orderId),
    );
  });

  it('happens by itself when nobody pays in time', async () => {
    const student = commerce.as(newId());
    const order = await createOrder(student, [await commerce.course(1000)]);
    await commerce.sql(
      `UPDATE commerce.payment_orders SET expires_at = now() - interval '1 s' WHERE id = $1`,
      [order.id],
    );
    await commerce.restart(); // sweeps when it starts
    const admin = commerce.admin;
    await waitFor(async () => (await readOrder(admin, order.id)).status === 'CANCELLED');
  });
});
