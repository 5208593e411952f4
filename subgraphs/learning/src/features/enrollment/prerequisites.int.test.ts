import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeCourse, type TestCourse } from '../../test-courses.js';
import { paidOrder, refundOf } from '../../test-orders.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
let before: TestCourse;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
});
afterAll(() => learning.close());
beforeEach(async () => {
  before = await writeCourse(teacher, { fields: { title: 'Arithmetic' } });
});

/** A course that wants `before` completed. */
async function writeAdvanced(fields: Record<string, unknown> = {}): Promise<string> {
  const { id } = await writeCourse(teacher, { fields });
  const set = { courseId: id, prerequisiteIds: [before.id] };
  expect(await teacher.refusal('setCoursePrerequisites', set)).toBeUndefined();
  return id;
}
const enroll = (person: Person, courseId: string) => person.refusal('enrollInCourse', { courseId });
const missing = 'COURSE_PREREQUISITES_MISSING';

describe('a course that comes after another', () => {
  it('enrols who has completed the first, and names it to others', async () => {
    const [courseId, student] = [await writeAdvanced(), await learning.person()];
    const { userErrors } = await student.do('enrollInCourse', { courseId }, '');
    expect(userErrors).toMatchObject([
      {
        code: missing,
        field: ['input', 'courseId'],
        message: expect.stringContaining('"Arithmetic"') as string,
      },
    ]);
    await enroll(student, before.id);
    expect(await enroll(student, courseId)).toBe(missing);
    await student.do('completeLesson', { lessonId: before.lessonIds[0] }, '');
    expect(await enroll(student, courseId)).toBeUndefined();
  });

  it('tells who is enrolled already just that', async () => {
    const { id } = await writeCourse(teacher);
    const student = await learning.person();
    await enroll(student, id);
    await teacher.do('setCoursePrerequisites', { courseId: id, prerequisiteIds: [before.id] }, '');
    expect(await enroll(student, id)).toBe('ALREADY_ENROLLED');
  });

  it('lets nobody into its line either', async () => {
    const courseId = await writeAdvanced({ capacity: 1 });
    const inside = await learning.person();
    const invite = { courseId, maxUses: 1, expiresAt: new Date(Date.now() + 86_400_000) };
    const { invitation } = await teacher.do<{ invitation: { code: string } }>(
      'createInvitation',
      invite,
      'invitation { code }',
    );
    // Whoever is invited needs no more than that.
    expect(await inside.refusal('acceptInvitation', { code: invitation.code })).toBeUndefined();
    const student = await learning.person();
    expect(await enroll(student, courseId)).toBe(missing);
    expect(await student.refusal('joinWaitingList', { courseId })).toBe(missing);
  });

  it('gives the money back', async () => {
    const courseId = await writeAdvanced({ access: 'PAID' });
    const order = paidOrder((await learning.person()).id, courseId);
    await learning.tell('order.paid', order.orderId, order);
    const { orderId } = order;
    expect(
      await learning.heard('enrollment.refused', (data) => data.orderId === orderId),
    ).toMatchObject({
      reason: missing,
    });
  });

  it('does not wait for one that is no longer taught', async () => {
    const [courseId, student] = [await writeAdvanced(), await learning.person()];
    expect(await enroll(student, courseId)).toBe(missing);
    await teacher.do('archiveCourse', { courseId: before.id }, '');
    expect(await enroll(student, courseId)).toBeUndefined();
  });

  it('counts what was completed, whatever became of the enrolment', async () => {
    const paid = await writeCourse(teacher, { fields: { access: 'PAID' } });
    const courseId = await writeAdvanced();
    await teacher.do('setCoursePrerequisites', { courseId, prerequisiteIds: [paid.id] }, '');
    const student = await learning.person();
    const order = paidOrder(student.id, paid.id);
    await learning.tell('order.paid', order.orderId, order);
    await student.do('completeLesson', { lessonId: paid.lessonIds[0] }, '');
    await learning.tell('order.refunded', order.orderId, refundOf(order));
    expect(await enroll(student, courseId)).toBeUndefined();
  });
});
