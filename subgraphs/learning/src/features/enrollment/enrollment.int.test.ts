import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@pcc/platform';
import { writeCourse } from '../../test-courses.js';
import { paidOrder, refundOf } from '../../test-orders.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
});
afterAll(() => learning.close());

interface EnrollmentState {
  id: string;
  status: string;
  progressPercent: number;
  completedLessonCount: number;
}
const state = 'id status progressPercent completedLessonCount';
const enroll = (person: Person, courseId: string) =>
  person.do<{ enrollment: EnrollmentState | null }>(
    'enrollInCourse',
    { courseId },
    `enrollment { ${state} }`,
  );
const complete = (person: Person, lessonId: string | undefined) =>
  person.do<{ enrollment: EnrollmentState | null }>(
    'completeLesson',
    { lessonId },
    `enrollment { ${state} }`,
  );
const enrollmentIn = async (person: Person, courseId: string) => {
  const document = `query ($all: [_Any!]!) { _entities(representations: $all) {
    ... on Course { viewerEnrollment { ${state} } } } }`;
  const all = [{ __typename: 'Course', id: courseId }];
  const { _entities } = await person.ask<{
    _entities: { viewerEnrollment: EnrollmentState | null }[];
  }>(document, { all });
  return _entities[0]?.viewerEnrollment ?? null;
};

describe('enrollInCourse', () => {
  it('says ALREADY_ENROLLED rather than COURSE_FULL to those who are in', async () => {
    const course = await writeCourse(teacher, { fields: { capacity: 1 } });
    const person = await learning.person();
    await enroll(person, course.id);
    const again = await person.refusal('enrollInCourse', { courseId: course.id });
    expect(again).toBe('ALREADY_ENROLLED');
  });

  it('refuses paid courses, drafts, and what is not there', async () => {
    const person = await learning.person();
    const paid = await writeCourse(teacher, { fields: { access: 'PAID' } });
    const draft = await writeCourse(teacher, { publish: false });
    const codeFor = (courseId: string, by = person) => by.refusal('enrollInCourse', { courseId });
    expect(await codeFor(paid.id)).toBe('PAYMENT_REQUIRED');
    expect(await codeFor(draft.id)).toBe('NOT_FOUND');
    expect(await codeFor(draft.id, teacher)).toBe('COURSE_NOT_AVAILABLE');
    expect(await codeFor(newId())).toBe('NOT_FOUND');
    expect(await codeFor('nonsense')).toBe('NOT_FOUND');
    expect(await codeFor(paid.id, learning.anonymous)).toBe('UNAUTHENTICATED');
  });
});

describe('a paid order', () => {
  it('enrols each line once, however often it is told', async () => {
    const courses = [
      await writeCourse(teacher, { fields: { access: 'PAID' } }),
      await writeCourse(teacher, { fields: { access: 'PAID' } }),
    ];
    const person = await learning.person();
    const paid = paidOrder(person.id, ...courses.map(({ id }) => id));
    const event = await learning.tell('order.paid', paid.orderId, paid);
    await learning.publish(event);
    // The provider may also lead commerce to say it again in other words.
    await learning.tell('order.paid', paid.orderId, paid);
    for (const { id } of courses) {
      expect(await enrollmentIn(person, id)).toMatchObject({ status: 'ACTIVE' });
    }
    const created = await learning.heard(
      'enrollment.created',
      ({ courseId }) => courseId === courses[1]?.id,
    );
    expect(created).toMatchObject({
      orderId: paid.orderId,
      orderLineId: paid.lines[1]?.orderLineId,
    });
    const refused = learning.told.filter(
      ({ type, data }) =>
        type === 'enrollment.refused' && 'userId' in data && data.userId === person.id,
    );
    expect(refused).toEqual([]);
  });

  it('is refused line by line where there is no place', async () => {
    const person = await learning.person();
    const free = await writeCourse(teacher);
    await enroll(person, free.id);
    const full = await writeCourse(teacher, { fields: { access: 'PAID', capacity: 1 } });
    const other = await learning.person();
    const theirs = paidOrder(other.id, full.id);
    await learning.tell('order.paid', theirs.orderId, theirs);
    const draft = await writeCourse(teacher, { publish: false });
    const open = await writeCourse(teacher, { fields: { access: 'PAID' } });
    const paid = paidOrder(person.id, free.id, full.id, draft.id, open.id, 'nonsense');
    await learning.tell('order.paid', paid.orderId, paid);
    const reasonOf = async (line: number) => {
      const id = paid.lines[line]?.orderLineId;
      const data = await learning.heard('enrollment.refused', (d) => d.orderLineId === id);
      return data.reason;
    };
    expect(await reasonOf(0)).toBe('ALREADY_ENROLLED');
    expect(await reasonOf(1)).toBe('COURSE_FULL');
    expect(await reasonOf(2)).toBe('COURSE_NOT_AVAILABLE');
    expect(await reasonOf(4)).toBe('COURSE_NOT_AVAILABLE');
    expect(await enrollmentIn(person, open.id)).toMatchObject({ status: 'ACTIVE' });
  });

  it('gives its seat and certificate back with a refund, and may be bought again', async () => {
    const course = await writeCourse(teacher, { fields: { access: 'PAID', capacity: 1 } });
    const person = await learning.person();
    const paid = paidOrder(person.id, course.id);
    await learning.tell('order.paid', paid.orderId, paid);
    await complete(person, course.lessonIds[0]);
    const [certificate] = await learning.sql<{ verification_code: string }>(
      `SELECT verification_code FROM learning.certificates JOIN learning.enrollments e ON e.id = enrollment_id
        WHERE e.user_id = $1`,
      [person.id],
    );
    const refund = refundOf(paid);
    const event = await learning.tell('order.refunded', paid.orderId, refund);
    await learning.publish(event);
    expect(await enrollmentIn(person, course.id)).toBeNull();
    await learning.heard(
      'enrollment.ended',
      (d) => d.userId === person.id && d.reason === 'REFUNDED',
    );
    await learning.heard('certificate.revoked', (d) => d.userId === person.id);
    const verification = await learning.anonymous.ask(
      'query ($code: String!) { verifyCertificate(code: $code) { valid } }',
      { code: certificate?.verification_code },
    );
    expect(verification).toEqual({ verifyCertificate: { valid: false } });
    const history = await learning.sql<{ status: string; reason: string }>(
      `SELECT h.status, h.reason FROM learning.enrollment_history h JOIN learning.enrollments e ON e.id = h.enrollment_id
        WHERE e.user_id = $1 ORDER BY h.id`,
      [person.id],
    );
    expect(history.map(({ status, reason }) => `${status} ${reason}`)).toEqual([
      'ACTIVE PAID',
      'COMPLETED COMPLETED',
      'ENDED REFUNDED',
    ]);
    const again = paidOrder(person.id, course.id);
    await learning.tell('order.paid', again.orderId, again);
    expect(await enrollmentIn(person, course.id)).toMatchObject({
      status: 'ACTIVE',
      progressPercent: 0,
    });
  });

  it('enrols nobody when its refund came first', async () => {
    const course = await writeCourse(teacher, { fields: { access: 'PAID' } });
    const person = await learning.person();
    const paid = paidOrder(person.id, course.id);
    await learning.tell('order.refunded', paid.orderId, refundOf(paid));
    await learning.tell('order.paid', paid.orderId, paid);
    expect(await enrollmentIn(person, course.id)).toBeNull();
  });
});
