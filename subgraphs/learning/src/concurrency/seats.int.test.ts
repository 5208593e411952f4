import { newId } from '@pcc/platform';
import { startTestPostgresServer } from '@pcc/stores/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { count, crowd, rounds, roundsTimeout, times } from '../test-concurrency.js';
import { writeCourse } from '../test-courses.js';
import { paidOrder } from '../test-orders.js';
import { startTestLearning, type Person, type TestLearning } from '../test-support.js';

/**
 * What happens to seats and those who wait for them at the same moment. On a PostgreSQL with real sessions, in the role of production: on the embedded
 * one everybody waits in line, and no race is ever lost.
 */
let learning: TestLearning;
let teacher: Person;
beforeAll(async () => {
  learning = await startTestLearning(startTestPostgresServer);
  teacher = await learning.person('instructor');
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));
vi.setConfig({ testTimeout: roundsTimeout });

const { students, student, enroll, enrollmentsOf, seatsOf, written, pay, refund } = crowd(
  () => learning,
);
describe('seats', () => {
  it('are no more than there are, though many people ask while the author changes their number', async () => {
    const course = await writeCourse(teacher, { fields: { capacity: 7 } });
    const resize = (capacity: number) =>
      teacher.refusal('updateCourse', { courseId: course.id, capacity });
    const [codes, sizes] = await Promise.all([
      students(24).then((people) => Promise.all(people.map((person) => enroll(person, course)))),
      times(10, (index) => resize(5 + (index % 4))),
    ]);
    expect([...new Set(codes)].filter((code) => code !== undefined)).toEqual(['COURSE_FULL']);
    expect([undefined, 'CAPACITY_TOO_SMALL']).toEqual(expect.arrayContaining(sizes));
    const { counted, live, capacity } = await seatsOf(course);
    expect(counted).toBe(live);
    expect(count(codes, undefined)).toBe(live);
    expect(live).toBeLessThanOrEqual(capacity ?? 0);
    expect(live).toBeGreaterThanOrEqual(5);
    expect(await resize(live - 1)).toBe('CAPACITY_TOO_SMALL');
  });

  it('are taken once by a person who asks, and pays, many times at once', () =>
    rounds(async () => {
      const course = await writeCourse(teacher);
      const person = await student();
      const [codes] = await Promise.all([
        times(4, () => enroll(person, course)),
        times(3, () => pay(paidOrder(person.id, course.id))),
      ]);
      expect(await enrollmentsOf(person, course)).toMatchObject([{ status: 'ACTIVE' }]);
      expect(await seatsOf(course)).toMatchObject({ counted: 1, live: 1 });
      expect(count(codes, undefined) + count(codes, 'ALREADY_ENROLLED')).toBe(4);
      // Whoever did not get the seat gets the money back.
      const enrolledFree = count(codes, undefined);
      expect(await written('enrollment.refused', person)).toBe(2 + enrolledFree);
      expect(await written('enrollment.created', person)).toBe(1);
    }));

  it('are given by two orders for the same courses in either order, without a deadlock', () =>
    rounds(async () => {
      const [one, two] = [await writeCourse(teacher), await writeCourse(teacher)];
      const [first, second] = (await students(2)) as [Person, Person];
      await Promise.all([
        pay(paidOrder(first.id, one.id, two.id)),
        pay(paidOrder(second.id, two.id, one.id)),
      ]);
      for (const course of [one, two]) {
        expect(await seatsOf(course)).toMatchObject({ counted: 2, live: 2 });
      }
    }));

  it('are free again when payment and refund of an order arrive at once, each of them twice', () =>
    rounds(async (round) => {
      const course = await writeCourse(teacher, { fields: { access: 'PAID', capacity: 1 } });
      const person = await student();
      const paid = paidOrder(person.id, course.id);
      const news = [pay, refund, refund, pay];
      await Promise.all((round % 2 === 0 ? news : news.reverse()).map((tell) => tell(paid)));
      expect(await seatsOf(course)).toMatchObject({ counted: 0, live: 0 });
      expect(await written('enrollment.created', person)).toBe(
        await written('enrollment.ended', person),
      );
      const next = await student();
      await pay(paidOrder(next.id, course.id));
      expect(await seatsOf(course)).toMatchObject({ counted: 1, live: 1 });
    }));
});

describe('the waiting list', () => {
  /** More would wait longer for a connection than a transaction may, on a slow machine: that is no race. */
  const fortyAtOnce = async <From, To>(all: readonly From[], act: (one: From) => Promise<To>) => {
    const results: To[] = [];
    let next = 0;
    const work = async () => {
      for (let index = next++; index < all.length; index = next++) {
        results[index] = await act(all[index] as From);
      }
    };
    await Promise.all(Array.from({ length: 40 }, work));
    return results;
  };
  const statusOf = async (course: { id: string }) => {
    const rows = await learning.sql<{ user_id: string; status: string }>(
      'SELECT user_id, status FROM learning.waiting_list WHERE course_id = $1 ORDER BY ticket',
      [course.id],
    );
    return rows;
  };
  const enrollmentIdOf = async (course: { id: string }, limit: number) => {
    const rows = await learning.sql<{ id: string; user_id: string }>(
      `SELECT id, user_id FROM learning.enrollments WHERE course_id = $1 AND status <> 'ENDED'
        ORDER BY enrolled_at, id LIMIT $2`,
      [course.id, limit],
    );
    return rows;
  };

  it('takes whom 50 seats do not hold of 200, in order, and gives freed seats to the first, once', async () => {
    const course = await writeCourse(teacher, { fields: { capacity: 50 } });
    const everyone = await students(200);
    const codes = await fortyAtOnce(everyone, (person) => enroll(person, course));
    expect([count(codes, undefined), count(codes, 'COURSE_FULL')]).toEqual([50, 150]);
    const outside = everyone.filter((_, index) => codes[index] !== undefined);
    const join = (person: Person) => person.refusal('joinWaitingList', { courseId: course.id });
    // Each of them twice: nobody stands in line twice.
    const joined = await fortyAtOnce([...outside, ...outside], join);
    expect(count(joined, undefined)).toBe(300);
    const line = await statusOf(course);
    expect(line.map(({ status }) => status)).toEqual(Array(150).fill('WAITING'));
    const order = line.map(({ user_id }) => user_id);
    expect(new Set(order).size).toBe(150);

    // Twenty leave at once, each of them twice, while the author adds seats and strangers try to get in.
    const leavers = await enrollmentIdOf(course, 20);
    const cancel = ({ id, user_id }: { id: string; user_id: string }) =>
      learning
        .as({ id: user_id, role: 'student', sessionId: newId() })
        .refusal('cancelEnrollment', { enrollmentId: id });
    const strangers = await students(10);
    await Promise.all([
      ...[...leavers, ...leavers].map(cancel),
      teacher.do('updateCourse', { courseId: course.id, capacity: 60 }, ''),
      ...strangers.map((person) => enroll(person, course)),
    ]);
    const after = await statusOf(course);
    expect(after.map(({ user_id }) => user_id)).toEqual(order);
    expect(after.map(({ status }) => status)).toEqual([
      ...Array<string>(30).fill('ENROLLED'),
      ...Array<string>(120).fill('WAITING'),
    ]);
    expect(await seatsOf(course)).toEqual({ counted: 60, live: 60, capacity: 60 });
    for (const id of order.slice(0, 30)) {
      const person = everyone.find((one) => one.id === id) as Person;
      expect(await written('enrollment.created', person)).toBe(1);
      expect(await enrollmentsOf(person, course)).toMatchObject([{ status: 'ACTIVE' }]);
    }
  });

  it('keeps a seat of a paid course for one person, though two jobs and a refund come at once', () =>
    rounds(async () => {
      const course = await writeCourse(teacher, { fields: { access: 'PAID', capacity: 1 } });
      const [inside, first, second] = (await students(3)) as [Person, Person, Person];
      const paid = paidOrder(inside.id, course.id);
      await pay(paid);
      for (const person of [first, second]) {
        await person.do('joinWaitingList', { courseId: course.id }, '');
      }
      const [one, two] = [paidOrder(first.id, course.id), paidOrder(second.id, course.id)];
      await Promise.all([refund(paid), refund(paid)]);
      await Promise.all([pay(two), pay(one), pay(one)]);
      expect(await enrollmentsOf(first, course)).toMatchObject([{ status: 'ACTIVE' }]);
      expect(await enrollmentsOf(second, course)).toEqual([]);
      expect(await seatsOf(course)).toMatchObject({ counted: 1, live: 1 });
      expect(await written('waiting_list.offered', second)).toBe(0);
    }));

  it('and invitations are used no more often than they are for', async () => {
    const course = await writeCourse(teacher);
    const { invitation } = await teacher.do<{ invitation: { code: string } }>(
      'createInvitation',
      { courseId: course.id, maxUses: 5 },
      'invitation { code }',
    );
    const guests = await students(12);
    const codes = await Promise.all(
      guests.map((person) => person.refusal('acceptInvitation', { code: invitation.code })),
    );
    expect([count(codes, undefined), count(codes, 'INVITATION_OVER')]).toEqual([5, 7]);
  });
});
