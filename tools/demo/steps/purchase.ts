import { randomUUID } from 'node:crypto';
import { ClientError } from '../../client/errors.js';
import type { GraphqlClient } from '../../client/graphql-client.js';
import type { Received, Subscription } from '../../client/subscription.js';
import { eventually } from '../../client/wait.js';
import {
  createOrderOperation,
  enrollmentOperation,
  enrollOperation,
  orderStatusOperation,
  type Enrollment,
  type OpenedCourse,
  type Order,
} from '../operations.js';
import { expect } from '../play.js';
import { priceText, type Say } from './visitor.js';

const couponCode = 'WELCOME10';
/** Stripe's test card that always pays; the sandbox provider takes no real ones. */
const testCard = '4242 4242 4242 4242';
const eventTimeoutMs = 20_000;
const notificationTimeoutMs = 10_000;

export interface Announcement {
  readonly notificationReceived: {
    readonly kind: string;
    readonly title: string;
    readonly course: { readonly id: string } | null;
  };
}
export type Notifications = Subscription<Announcement>;

/** Orders the course with the coupon. The same request sent twice is one order. */
export async function order(client: GraphqlClient, course: OpenedCourse, say: Say): Promise<Order> {
  const input = { courseIds: [course.id], couponCode, idempotencyKey: randomUUID() };
  const { createOrder } = await client.request(createOrderOperation, { input });
  const again = await client.request(createOrderOperation, { input });
  expect(
    again.createOrder.order.id === createOrder.order.id,
    'The same request, sent twice, made two orders.',
  );
  const { subtotal, discount, total } = createOrder.order;
  expect(BigInt(discount.amountMinor) > 0n, `The coupon ${couponCode} took nothing off.`);
  expect(
    BigInt(subtotal.amountMinor) - BigInt(discount.amountMinor) === BigInt(total.amountMinor),
    'The order’s amounts do not add up.',
  );
  say(`${priceText(subtotal)} less ${priceText(discount)} with ${couponCode}`);
  return createOrder.order;
}

/** Pays on the provider's page, and gives the moment of that; the provider's webhook does the rest. */
export async function pay(client: GraphqlClient, { id, checkoutUrl }: Order): Promise<number> {
  expect(checkoutUrl !== null, 'The order has no checkoutUrl.');
  const paidAtMs = performance.now();
  const response = await fetch(`${checkoutUrl}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ cardNumber: testCard }),
    signal: AbortSignal.timeout(eventTimeoutMs),
  }).catch((error: unknown) => {
    throw new ClientError(`Cannot reach the payment provider at ${checkoutUrl}: ${String(error)}`);
  });
  expect(response.ok, `The payment provider answered ${response.status}.`);
  await eventually('the signed webhook to mark the order as paid', eventTimeoutMs, async () => {
    const answer = await client.request(orderStatusOperation, { id });
    return answer.order?.status === 'PAID' ? true : undefined;
  });
  return paidAtMs;
}

/** Enrols in a free course, and gives the moment of that. */
export async function enrol(client: GraphqlClient, course: OpenedCourse): Promise<number> {
  const enrolledAtMs = performance.now();
  await client.request(enrollOperation, { input: { courseId: course.id } });
  return enrolledAtMs;
}

export function enrolmentAppears(client: GraphqlClient, slug: string): Promise<Enrollment> {
  return eventually('the enrolment', eventTimeoutMs, async () => {
    const { course } = await client.request(enrollmentOperation, { slug });
    return course?.viewerEnrollment ?? undefined;
  });
}

/** The notification of the enrolment comes by itself; how long after paying (or enrolling) is said. */
export async function notificationArrives(
  notifications: Notifications,
  course: OpenedCourse,
  sinceMs: number,
  say: Say,
): Promise<void> {
  const { atMs, data } = await notificationOf(notifications, 'ENROLLMENT_CREATED', course);
  say(`“${data.notificationReceived.title}”`);
  say(
    `${Math.round(atMs - sinceMs)} ms after ${course.access === 'PAID' ? 'paying' : 'enrolling'}`,
  );
  expect(
    atMs - sinceMs <= notificationTimeoutMs,
    `The notification came only after ${Math.round(atMs - sinceMs)} ms.`,
  );
}

export const notificationOf = (
  notifications: Notifications,
  kind: string,
  course: OpenedCourse,
): Promise<Received<Announcement>> =>
  notifications.first(
    `The notification ${kind}`,
    notificationTimeoutMs,
    ({ notificationReceived }) =>
      notificationReceived.kind === kind && notificationReceived.course?.id === course.id,
  );
