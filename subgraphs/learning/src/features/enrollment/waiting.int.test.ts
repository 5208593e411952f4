import { newId } from '@pcc/platform';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeCourse, writeLesson } from '../../test-courses.js';
import { paidOrder, refundOf } from '../../test-orders.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
let admin: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
  admin = await learning.person('admin');
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));

const day = 24 * 60 * 60 * 1000;
const enroll = (person: Person, courseId: string) => person.refusal('enrollInCourse', { courseId });
const join = (person: Person, courseId: string) => person.refusal('joinWaitingList', { courseId });
interface State {
  viewerEnrollment: { id: string; status: string; source: string; expiresAt: string | null } | null;
  viewerWaitingListEntry: { position: number; status: string } | null;
  waitingCount: number;
}
const stateOf = async (person: Person, courseId: string): Promise<State> => {
  const { _entities } = await person.ask<{ _entities: [State] }>(
    `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Course { waitingCount
       viewerEnrollment { id status source expiresAt } viewerWaitingListEntry { position status } } } }`,
    { all: [{ __typename: 'Course', id: courseId }] },
  );
  return _entities[0];
};
const cancel = async (person: Person, courseId: string) => {
  const { viewerEnrollment } = await stateOf(person, courseId);
  return person.refusal('cancelEnrollment', { enrollmentId: viewerEnrollment?.id });
};
const people = (count: number) =>
  Promise.all(Array.from({ length: count }, () => learning.person()));

describe('a full free course', () => {
  it('enrols the first in line when somebody leaves, and moves the others up', async () => {
    const course = await writeCourse(teacher, { fields: { capacity: 1 } });
    const [inside, first, second, third] = (await people(4)) as [Person, Person, Person, Person];
    expect(await join(inside, course.id)).toBe('SEATS_AVAILABLE');
    await enroll(inside, course.id);
    expect(await join(inside, course.id)).toBe('ALREADY_ENROLLED');
    for (const person of [first, second, third, second]) await join(person, course.id);
    expect(await stateOf(second, course.id)).toMatchObject({
      waitingCount: 3,
      viewerWaitingListEntry: { position: 2, status: 'WAITING' },
    });
    await first.do('leaveWaitingList', { courseId: course.id }, '');
    expect(await cancel(inside, course.id)).toBeUndefined();
    expect(await stateOf(second, course.id)).toMatchObject({
      viewerEnrollment: { status: 'ACTIVE', source: 'WAITING_LIST' },
      viewerWaitingListEntry: null,
    });
    expect(await stateOf(third, course.id)).toMatchObject({
      viewerEnrollment: null,
      viewerWaitingListEntry: { position: 1 },
    });
    expect(await enroll(inside, course.id)).toBe('COURSE_FULL');
  });

  it('enrols as many as it has new seats', async () => {
    const course = await writeCourse(teacher, { fields: { capacity: 1 } });
    const all = await people(4);
    for (const person of all) {
      if ((await enroll(person, course.id)) !== undefined) await join(person, course.id);
    }
    await teacher.do('updateCourse', { courseId: course.id, capacity: 3 }, '');
    const states = await Promise.all(all.map((person) => stateOf(person, course.id)));
    expect(states.map(({ viewerEnrollment }) => viewerEnrollment?.status)).toEqual([
      'ACTIVE',
      'ACTIVE',
      'ACTIVE',
      undefined,
    ]);
  });
});

describe('a full paid course', () => {
  const paidCourse = () => writeCourse(teacher, { fields: { access: 'PAID', capacity: 1 } });
  const buy = async (person: Person, courseId: string) => {
    const paid = paidOrder(person.id, courseId);
    await learning.tell('order.paid', paid.orderId, paid);
    return paid;
  };

  it('keeps the freed seat for the first in line, and for nobody else', async () => {
    const course = await paidCourse();
    const [inside, first, other] = (await people(3)) as [Person, Person, Person];
    const paid = await buy(inside, course.id);
    await join(first, course.id);
    await learning.tell('order.refunded', paid.orderId, refundOf(paid));
    expect(await stateOf(first, course.id)).toMatchObject({
      viewerEnrollment: null,
      viewerWaitingListEntry: { position: 1, status: 'OFFERED' },
    });
    const offered = await learning.heard('waiting_list.offered', (d) => d.userId === first.id);
    expect(new Date(offered.expiresAt).getTime()).toBeGreaterThan(Date.now() + day);
    const refused = await buy(other, course.id);
    const line = refused.lines[0]?.orderLineId;
    const told = await learning.heard('enrollment.refused', (d) => d.orderLineId === line);
    expect(told.reason).toBe('COURSE_FULL');
    await buy(first, course.id);
    expect(await stateOf(first, course.id)).toMatchObject({
      viewerEnrollment: { source: 'ORDER' },
      viewerWaitingListEntry: null,
    });
  });

  it('offers it to the next when the first does not buy in time', async () => {
    const course = await paidCourse();
    const [inside, first, second] = (await people(3)) as [Person, Person, Person];
    const paid = await buy(inside, course.id);
    await join(first, course.id);
    await join(second, course.id);
    await learning.tell('order.refunded', paid.orderId, refundOf(paid));
    learning.clock.pass(3 * day);
    await buy(first, course.id);
    await learning.heard('waiting_list.offer_expired', (d) => d.userId === first.id);
    expect((await stateOf(first, course.id)).viewerEnrollment).toBeNull();
    expect(await stateOf(second, course.id)).toMatchObject({
      viewerWaitingListEntry: { position: 1, status: 'OFFERED' },
    });
  });
});

describe('the job', () => {
  it('ends what has expired and gives its seat on, and takes back offers', async () => {
    const course = await writeCourse(teacher, { fields: { capacity: 1 } });
    const [inside, next] = (await people(2)) as [Person, Person];
    const expiresAt = new Date(Date.now() + day).toISOString();
    await admin.do('enrollStudent', { courseId: course.id, userId: inside.id, expiresAt }, '');
    await join(next, course.id);
    learning.clock.pass(2 * day);
    await learning.running.runJob('settle-courses');
    const left = await learning.sql('SELECT status FROM learning.enrollments WHERE user_id = $1', [
      inside.id,
    ]);
    expect(left).toEqual([{ status: 'ENDED' }]);
    expect((await stateOf(next, course.id)).viewerEnrollment?.source).toBe('WAITING_LIST');
    const written = await learning.sql(
      `SELECT count(*)::int AS count FROM learning.enrollment_history h
         JOIN learning.enrollments e ON e.id = h.enrollment_id WHERE e.course_id = $1`,
      [course.id],
    );
    await learning.running.runJob('settle-courses');
    expect(written).toEqual([{ count: 3 }]);
  });
});

describe('an enrolment', () => {
  it('ends at its time, and may be taken up again beside the old one', async () => {
    const course = await writeCourse(teacher);
    const person = await learning.person();
    const expiresAt = new Date(Date.now() + day).toISOString();
    const input = { courseId: course.id, userId: person.id, expiresAt };
    expect(await admin.refusal('enrollStudent', input)).toBeUndefined();
    const administered = await learning.heard(
      'enrollment.administered',
      (d) => d.userId === person.id,
    );
    expect(administered).toMatchObject({ actorId: admin.id, action: 'ENROLLED' });
    expect((await stateOf(person, course.id)).viewerEnrollment).toMatchObject({
      source: 'ADMIN',
      expiresAt,
    });
    learning.clock.pass(2 * day);
    expect((await stateOf(person, course.id)).viewerEnrollment).toBeNull();
    expect(await person.refusal('completeLesson', { lessonId: course.lessonIds[0] })).toBe(
      'NOT_ENROLLED',
    );
    expect(await enroll(person, course.id)).toBeUndefined();
    const { me } = await person.ask<{
      me: { enrollments: { nodes: { status: string; history: { reason: string }[] }[] } };
    }>('{ me { enrollments { nodes { status history { reason } } } } }');
    expect(me.enrollments.nodes).toEqual([
      { status: 'ACTIVE', history: [{ reason: 'ENROLLED' }] },
      { status: 'ENDED', history: [{ reason: 'ADMIN' }, { reason: 'EXPIRED' }] },
    ]);
    await learning.heard(
      'enrollment.ended',
      (d) => d.userId === person.id && d.reason === 'EXPIRED',
    );
  });

  it('is closed while it is suspended', async () => {
    const course = await writeCourse(teacher);
    const person = await learning.person();
    await enroll(person, course.id);
    const enrollmentId = (await stateOf(person, course.id)).viewerEnrollment?.id;
    const [lessonId] = course.lessonIds;
    const lesson = () =>
      person.ask(`query ($id: ID!) { lesson(id: $id) { body lock } }`, { id: lessonId });
    expect(await lesson()).toEqual({ lesson: { body: 'Text.', lock: null } });
    expect(await teacher.refusal('suspendEnrollment', { enrollmentId })).toBeUndefined();
    expect(await lesson()).toEqual({ lesson: { body: null, lock: 'ENROLLMENT_SUSPENDED' } });
    expect(await person.refusal('completeLesson', { lessonId })).toBe('ENROLLMENT_SUSPENDED');
    expect(await teacher.refusal('suspendEnrollment', { enrollmentId })).toBe('NOT_ACTIVE');
    expect(await enroll(person, course.id)).toBe('ALREADY_ENROLLED');
    await teacher.do('resumeEnrollment', { enrollmentId }, '');
    expect(await lesson()).toEqual({ lesson: { body: 'Text.', lock: null } });
    expect(await person.refusal('completeLesson', { lessonId })).toBeUndefined();
    const told = learning.told.filter(({ aggregateId }) => aggregateId === enrollmentId);
    expect(told.filter(({ type }) => /suspended|resumed/.test(type))).toMatchObject([
      { type: 'enrollment.suspended', aggregateVersion: 2 },
      { type: 'enrollment.resumed', aggregateVersion: 3 },
    ]);
    expect(await person.refusal('cancelEnrollment', { enrollmentId })).toBe('ENROLLMENT_COMPLETED');
  });
});

describe('lessons with prerequisites', () => {
  it('stay closed until these are completed, and name them', async () => {
    const course = await writeCourse(teacher, { lessons: 2 });
    const [first, second] = course.lessonIds;
    await teacher.do('setLessonPrerequisites', { lessonId: second, prerequisiteIds: [first] }, '');
    const person = await learning.person();
    const seen = async () => {
      const { lesson } = await person.ask<{ lesson: object }>(
        `query ($id: ID!) { lesson(id: $id) { body isLocked lock missingPrerequisites { id } } }`,
        { id: second },
      );
      return lesson;
    };
    const closed = { body: null, isLocked: true };
    expect(await seen()).toEqual({ ...closed, lock: 'NOT_ENROLLED', missingPrerequisites: [] });
    await enroll(person, course.id);
    const missing = [{ id: first }];
    const lock = 'PREREQUISITES_MISSING';
    expect(await seen()).toEqual({ ...closed, lock, missingPrerequisites: missing });
    await person.do('completeLesson', { lessonId: first }, '');
    const open = { body: 'Text.', isLocked: false, lock: null, missingPrerequisites: [] };
    expect(await seen()).toEqual(open);
    await learning.sql('DELETE FROM learning.lesson_progress WHERE lesson_id = $1', [first]);
    await teacher.do('updateLesson', { lessonId: second, isPreview: true }, '');
    expect(await seen()).toMatchObject({ body: 'Text.', lock: null });
  });
});

describe('an invitation', () => {
  interface Made {
    invitation: { id: string; code: string; uses: number };
  }
  const invite = (input: Record<string, unknown>) =>
    teacher.do<Made>('createInvitation', input, 'invitation { id code uses }');

  it('enrols so many people as it is for, without payment, until it is over', async () => {
    const course = await writeCourse(teacher, { fields: { access: 'PAID' } });
    const { invitation } = await invite({ courseId: course.id, maxUses: 2 });
    const accept = (person: Person, code = invitation.code) =>
      person.refusal('acceptInvitation', { code });
    const [first, second, third] = (await people(3)) as [Person, Person, Person];
    expect(await accept(first)).toBeUndefined();
    expect(await accept(first)).toBe('ALREADY_ENROLLED');
    expect(await accept(second)).toBeUndefined();
    expect(await accept(third)).toBe('INVITATION_OVER');
    expect((await stateOf(first, course.id)).viewerEnrollment?.source).toBe('INVITATION');
    const { invitation: late } = await invite({ courseId: course.id });
    learning.clock.pass(31 * day);
    expect(await accept(third, late.code)).toBe('INVITATION_OVER');
    expect(await accept(third, newId())).toBe('NOT_FOUND');
  });
});

describe('a cohort', () => {
  it('opens lessons and quizzes to those whom it enrols when it begins, and takes nobody after its end', async () => {
    const course = await writeCourse(teacher, { lessons: 1 });
    const preview = await writeLesson(teacher, course.moduleId, { title: 'P', isPreview: true });
    const [lessonId] = course.lessonIds;
    const questions = [
      {
        text: '1 + 1?',
        choices: [
          { text: '2', isCorrect: true },
          { text: '3', isCorrect: false },
        ],
      },
    ];
    const { quiz } = await teacher.do<{ quiz: { id: string } }>(
      'createQuiz',
      { courseId: course.id, title: 'Q', passPercent: 50, questions },
      'quiz { id }',
    );
    const [startsAt, endsAt] = [5, 10].map((days) =>
      new Date(learning.clock.now().getTime() + days * day).toISOString(),
    );
    const { cohort } = await teacher.do<{ cohort: { id: string } }>(
      'createCohort',
      { courseId: course.id, name: 'Spring', startsAt, endsAt },
      'cohort { id }',
    );
    const [member, other, late] = (await people(3)) as [Person, Person, Person];
    await other.do('enrollInCourse', { courseId: course.id }, '');
    const add = (person: Person) =>
      teacher.refusal('addCohortMembers', { cohortId: cohort.id, userIds: [person.id] });
    expect([await add(member), await add(other)]).toEqual([undefined, undefined]);

    const seenBy = (person: Person) =>
      person.ask(
        `query ($lesson: ID!, $preview: ID!, $quiz: ID!) {
           lesson(id: $lesson) { lock isLocked opensAt body } preview: lesson(id: $preview) { lock opensAt body }
           quiz(id: $quiz) { questions { text } } }`,
        { lesson: lessonId, preview, quiz: quiz.id },
      );
    const open = {
      lesson: { lock: null, isLocked: false, opensAt: null, body: 'Text.' },
      preview: { lock: null, opensAt: null, body: 'Text.' },
      quiz: { questions: [{ text: '1 + 1?' }] },
    };
    expect(await seenBy(member)).toEqual({
      lesson: { lock: 'NOT_STARTED', isLocked: true, opensAt: startsAt, body: null },
      preview: { lock: null, opensAt: null, body: 'Text.' },
      quiz: { questions: null },
    });
    // Her own enrolment has begun, whatever she was added to.
    expect(await seenBy(other)).toEqual(open);
    const complete = () => member.refusal('completeLesson', { lessonId });
    expect(await complete()).toBe('NOT_STARTED');
    const attempt = { quizId: quiz.id, answers: [], clientAttemptId: 'a' };
    expect(await member.refusal('submitQuiz', attempt)).toBe('NOT_STARTED');

    learning.clock.pass(5 * day);
    expect(await seenBy(member)).toEqual(open);
    expect(await complete()).toBeUndefined();
    learning.clock.pass(6 * day);
    expect(await add(late)).toBe('COHORT_OVER');
    expect((await stateOf(late, course.id)).viewerEnrollment).toBeNull();
  });

  it('enrols its members until its end, as far as there are places', async () => {
    const course = await writeCourse(teacher, { fields: { access: 'PAID' } });
    const endsAt = new Date(Date.now() + 10 * day).toISOString();
    const { cohort } = await teacher.do<{ cohort: { id: string } }>(
      'createCohort',
      { courseId: course.id, name: 'Spring', endsAt, capacity: 2 },
      'cohort { id }',
    );
    const [first, second, third] = (await people(3)) as [Person, Person, Person];
    const add = (userIds: string[]) =>
      teacher.do<{ refused: object[]; cohort: { memberCount: number } }>(
        'addCohortMembers',
        { cohortId: cohort.id, userIds },
        'cohort { memberCount } refused { userId code }',
      );
    const stranger = newId();
    expect(await add([first.id, stranger, second.id, third.id])).toMatchObject({
      cohort: { memberCount: 2 },
      refused: [
        { userId: stranger, code: 'NOT_FOUND' },
        { userId: third.id, code: 'COHORT_FULL' },
      ],
    });
    expect(await add([first.id])).toMatchObject({ cohort: { memberCount: 2 }, refused: [] });
    expect((await stateOf(first, course.id)).viewerEnrollment).toMatchObject({
      source: 'COHORT',
      expiresAt: endsAt,
    });
    const removal = { cohortId: cohort.id, userIds: [first.id, third.id] };
    await teacher.do('removeCohortMembers', removal, '');
    expect((await stateOf(first, course.id)).viewerEnrollment).toBeNull();
    const roster = await teacher.ask<{ cohort: object }>(
      `query ($id: ID!) { cohort(id: $id) { memberCount enrollments { nodes { student { id } } } } }`,
      { id: cohort.id },
    );
    expect(roster.cohort).toEqual({
      memberCount: 1,
      enrollments: { nodes: [{ student: { id: second.id } }] },
    });
  });
});
