import type { AnyEvent } from '@pcc/events';
import { isId } from '@pcc/platform';
import { nilId } from '../../clickhouse.js';

/** The raw tables: each event of the catalogue has its row in exactly one. */
export const eventTables = ['user_events', 'learning_events', 'payment_events'] as const;
export type EventTable = (typeof eventTables)[number];

export interface EventRow {
  readonly table: EventTable;
  readonly values: Readonly<Record<string, unknown>>;
  /** Courses whose figures the event changes. */
  readonly courseIds: readonly string[];
}

const int64 = { least: -(2n ** 63n), greatest: 2n ** 63n - 1n };
/** `CurrencyCode` of the shared SDL: figures in another currency could not be shown. */
const currencies: ReadonlySet<string> = new Set(['EUR', 'USD', 'GBP', 'BRL', 'MXN']);

/**
 * The ClickHouse row of an event. Everything that could make the insert of a whole batch fail is checked
 * here, where it fails one event.
 * @throws TypeError for an id that is no UUID, an amount beyond 64 bits or an unknown currency
 */
export function rowOf(event: AnyEvent): EventRow {
  const common = {
    event_id: id(event.eventId),
    event_type: event.type,
    occurred_at: event.occurredAt.toISOString(),
    data: JSON.stringify(event.data),
  };
  const person = (): EventRow => {
    const { userId } = event.data as { userId: string };
    return { table: 'user_events', values: { ...common, user_id: id(userId) }, courseIds: [] };
  };
  const learning = (values: LearningValues, changesFigures: boolean): EventRow => ({
    table: 'learning_events',
    values: {
      ...common,
      course_id: id(values.courseId),
      user_id: values.userId === undefined ? nilId : id(values.userId),
      enrollment_id: values.enrollmentId === undefined ? nilId : id(values.enrollmentId),
      progress_percent: values.progressPercent ?? 0,
    },
    courseIds: changesFigures ? [values.courseId] : [],
  });
  const payment = (values: PaymentValues, changesFigures: boolean): EventRow => ({
    table: 'payment_events',
    values: { ...common, ...paymentColumns(values) },
    courseIds: changesFigures ? (values.lines ?? []).map(({ courseId }) => courseId) : [],
  });

  switch (event.type) {
    case 'user.registered':
    case 'user.changed':
    case 'user.suspended':
    case 'user.reinstated':
    case 'impersonation.started':
    case 'session.started':
      return person();
    case 'course.changed':
    case 'course.content_changed':
      return learning({ courseId: event.data.courseId }, false);
    case 'enrollment.created':
    case 'enrollment.ended':
    case 'lesson.completed':
    case 'quiz.graded':
    case 'course.completed':
    case 'certificate.issued':
      return learning(event.data, true);
    case 'certificate.revoked':
    case 'enrollment.refused':
    case 'enrollment.suspended':
    case 'enrollment.resumed':
    case 'enrollment.administered':
    case 'waiting_list.joined':
    case 'waiting_list.left':
    case 'waiting_list.offered':
    case 'waiting_list.offer_expired':
    case 'invitation.created':
    case 'invitation.revoked':
    case 'cohort.changed':
    case 'lesson.progressed':
    case 'progress.reset':
    case 'completion.restated':
    case 'course.rated':
      return learning(event.data, false);
    case 'category.changed':
      return learning({ courseId: nilId }, false);
    case 'announcement.created':
    case 'discussion.created':
      return learning({ courseId: event.data.courseId, userId: event.data.authorId }, false);
    case 'price.changed': {
      const { courseId, amountMinor, currency } = event.data;
      const lines = [{ courseId, amountMinor }];
      return payment({ totalMinor: amountMinor, currency, lines }, false);
    }
    case 'order.created':
      return payment(event.data, false);
    case 'order.paid':
      return payment(event.data, true);
    case 'order.payment_failed':
      return payment(event.data, false);
    case 'order.refunded':
      return payment({ ...event.data, totalMinor: event.data.amountMinor }, true);
  }
}

interface LearningValues {
  readonly courseId: string;
  readonly userId?: string;
  readonly enrollmentId?: string;
  readonly progressPercent?: number;
}

interface PaymentValues {
  readonly orderId?: string;
  readonly userId?: string;
  readonly totalMinor?: string;
  readonly currency?: string;
  readonly lines?: readonly { readonly courseId: string; readonly amountMinor: string }[];
}

const paymentColumns = ({ orderId, userId, totalMinor, currency, lines = [] }: PaymentValues) => ({
  order_id: orderId === undefined ? nilId : id(orderId),
  user_id: userId === undefined ? nilId : id(userId),
  currency: currency === undefined ? '' : knownCurrency(currency),
  total_minor: amount(totalMinor ?? '0'),
  line_course_ids: lines.map(({ courseId }) => id(courseId)),
  line_amounts_minor: lines.map(({ amountMinor }) => amount(amountMinor)),
});

function id(value: string): string {
  if (isId(value)) return value;
  throw new TypeError(`not a UUID: ${JSON.stringify(value)}`);
}

function amount(value: string): string {
  const number = BigInt(value);
  if (number >= int64.least && number <= int64.greatest) return value;
  throw new TypeError(`an amount beyond 64 bits: ${value}`);
}

function knownCurrency(value: string): string {
  if (currencies.has(value)) return value;
  throw new TypeError(`an unknown currency: ${JSON.stringify(value)}`);
}
