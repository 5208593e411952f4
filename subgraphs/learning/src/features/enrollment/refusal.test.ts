import { expect, it } from 'vitest';
import { refusalOf } from './seats.js';

const seats = (change: object) => ({
  courseId: 'course',
  isOpen: true,
  access: 'FREE',
  capacity: null,
  enrolledCount: 0,
  heldCount: 0,
  waitingCount: 0,
  ...change,
});
const paid = seats({ access: 'PAID' });

it.each([
  ['a free course', seats({}), 'FREE', false, null],
  ['a course that is not there', null, 'FREE', false, 'COURSE_NOT_AVAILABLE'],
  ['a course that is not open', seats({ isOpen: false }), 'ADMIN', false, 'COURSE_NOT_AVAILABLE'],
  ['a paid course without payment', paid, 'FREE', false, 'PAYMENT_REQUIRED'],
  ['a paid course with payment', paid, 'ORDER', false, null],
  ['a paid course by invitation', paid, 'INVITATION', false, null],
  ['a free course with payment', seats({}), 'ORDER', false, null],
  ['the last seat', seats({ capacity: 2, enrolledCount: 1 }), 'FREE', false, null],
  ['a full course', seats({ capacity: 2, enrolledCount: 2 }), 'ORDER', false, 'COURSE_FULL'],
  ['a seat kept for another', seats({ capacity: 1, heldCount: 1 }), 'ORDER', false, 'COURSE_FULL'],
  ['the seat kept for her', seats({ capacity: 1, heldCount: 1 }), 'ORDER', true, null],
  ['one taken away', seats({ capacity: 1, enrolledCount: 1 }), 'ORDER', true, 'COURSE_FULL'],
  ['others who wait', seats({ capacity: 9, waitingCount: 1 }), 'FREE', false, 'COURSE_FULL'],
] as const)('%s', (_what, given, source, isOffered, refusal) => {
  expect(refusalOf(given, { source }, isOffered)).toBe(refusal);
});
