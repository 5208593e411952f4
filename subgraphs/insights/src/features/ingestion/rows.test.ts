import { eventTypes, type AnyEvent } from '@pcc/events';
import { newId } from '@pcc/platform';
import { describe, expect, it } from 'vitest';
import { rowOf } from './rows.js';

const courseId = newId();
const userId = newId();

/** Every field that any event of the catalogue has. */
const data = {
  ...{ userId, courseId, authorId: userId, orderId: newId(), enrollmentId: newId() },
  ...{ progressPercent: 42.5, amountMinor: '1999', totalMinor: '1999', currency: 'EUR' },
  lines: [{ orderLineId: newId(), courseId, amountMinor: '1999' }],
};
const eventOf = (type: string, more: object = {}) =>
  ({
    eventId: newId(),
    type,
    aggregateId: courseId,
    aggregateVersion: 1,
    occurredAt: new Date('2026-03-04T05:06:07.089Z'),
    data: { ...data, ...more },
  }) as unknown as AnyEvent;

describe('rowOf', () => {
  it('gives every event of the catalogue a row in one table', () => {
    const tables = Object.fromEntries(eventTypes.map((type) => [type, rowOf(eventOf(type)).table]));
    const of = (table: string) => Object.keys(tables).filter((type) => tables[type] === table);
    const ofPeople = [
      ...['user.registered', 'user.changed', 'user.suspended', 'user.reinstated'],
      ...['impersonation.started', 'session.started'],
    ];
    expect(of('user_events')).toEqual(ofPeople);
    expect(of('payment_events')).toEqual(
      eventTypes.filter((type) => type.startsWith('order.') || type === 'price.changed'),
    );
    expect(of('learning_events').length).toBe(eventTypes.length - ofPeople.length - 5);
  });

  it('keeps the whole event beside the columns', () => {
    const event = eventOf('lesson.completed');
    expect(rowOf(event)).toEqual({
      table: 'learning_events',
      values: {
        event_id: event.eventId,
        event_type: 'lesson.completed',
        course_id: courseId,
        user_id: userId,
        enrollment_id: data.enrollmentId,
        progress_percent: 42.5,
        occurred_at: '2026-03-04T05:06:07.089Z',
        data: JSON.stringify(event.data),
      },
      courseIds: [courseId],
    });
  });

  it.each([
    ['an id that is no UUID', 'enrollment.created', { userId: 'nobody' }],
    ['a line for something that is no course', 'order.paid', { lines: [{ courseId: 'x' }] }],
    ['an amount beyond 64 bits', 'order.paid', { totalMinor: '9223372036854775808' }],
    ['a currency that no figure can show', 'order.paid', { currency: 'XXX' }],
  ])('refuses %s, so that it fails alone', (_what, type, more) => {
    expect(() => rowOf(eventOf(type, more))).toThrow(TypeError);
  });

  it('takes the largest amounts', () => {
    const totalMinor = '9223372036854775807';
    expect(rowOf(eventOf('order.paid', { totalMinor })).values['total_minor']).toBe(totalMinor);
  });
});
