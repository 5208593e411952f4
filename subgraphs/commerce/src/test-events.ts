import type { NewEvent } from '@pcc/events';
import { newId } from '@pcc/platform';
import type { OrderAnswer } from './test-support.js';

/** An event of Stripe's, with an id of its own. */
export const stripeEvent = (type: string, object: Record<string, unknown>) => ({
  id: `evt_test_${newId()}`,
  object: 'event',
  type,
  data: { object },
});

/** The checkout session of an order, as Stripe describes it; paid unless told otherwise. */
export const stripeSession = (order: OrderAnswer, given: Record<string, unknown> = {}) => ({
  id: 'cs_test',
  object: 'checkout.session',
  client_reference_id: order.id,
  amount_total: Number(order.total.amountMinor),
  currency: order.total.currency.toLowerCase(),
  payment_status: 'paid',
  payment_intent: `pi_of_${order.id}`,
  ...given,
});
export const completed = (order: OrderAnswer, given?: Record<string, unknown>) =>
  stripeEvent('checkout.session.completed', stripeSession(order, given));

/** What learning tells when it cannot enrol a line of an order. */
export function lineRefused(order: OrderAnswer, index: number): NewEvent<'enrollment.refused'> {
  const line = order.lines[index];
  return {
    aggregateId: line?.id ?? '',
    data: {
      userId: newId(),
      courseId: line?.course.id ?? '',
      orderId: order.id,
      orderLineId: line?.id ?? '',
      reason: 'COURSE_FULL',
    },
  };
}
