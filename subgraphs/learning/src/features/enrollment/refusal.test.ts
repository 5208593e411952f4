import { expect, it } from 'vitest';
import { refusalOf } from './service.js';

const seats = (change: object) => ({
  status: 'PUBLISHED',
  access: 'FREE',
  capacity: null,
  enrolledCount: 0,
  ...change,
});
const payment = { orderId: 'order', orderLineId: 'line' };

it.each([
  ['a free course', seats({}), null, null],
  ['a course that is not there', null, null, 'COURSE_NOT_AVAILABLE'],
  ['a draft', seats({ status: 'DRAFT' }), payment, 'COURSE_NOT_AVAILABLE'],
  ['an archived course', seats({ status: 'ARCHIVED' }), null, 'COURSE_NOT_AVAILABLE'],
  ['a paid course without payment', seats({ access: 'PAID' }), null, 'PAYMENT_REQUIRED'],
  ['a paid course with payment', seats({ access: 'PAID' }), payment, null],
  ['a free course with payment', seats({}), payment, null],
  ['the last seat', seats({ capacity: 2, enrolledCount: 1 }), null, null],
  ['a full course', seats({ capacity: 2, enrolledCount: 2 }), payment, 'COURSE_FULL'],
])('%s', (_what, given, paid, refusal) => {
  expect(refusalOf(given, paid)).toBe(refusal);
});
