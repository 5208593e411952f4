import { newId } from '@pcc/platform';
import { startTestPostgresServer } from '@pcc/stores/testing';
import { serviceUrls, waitFor } from '@pcc/testkit';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeCourse, writeLesson, type TestCourse } from './test-courses.js';
import { paidOrder, refundOf, type PaidOrder } from './test-orders.js';
import { newAccount, sessionOf, visitor } from './test-sessions.js';
import { startTestLearning, type Person, type TestLearning } from './test-support.js';

/**
 * What happens at the same moment. On a PostgreSQL with real sessions, in the role of production: on the
 * embedded one everybody waits in line, and no race is ever lost.
 */
let learning: TestLearning;
let teacher: Person;
beforeAll(async () => {
  learning = await startTestLearning(startTestPostgresServer);
  teacher = await learning.person('instructor');
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));

/** A narrow race has to be run often, to be lost once; with a server at hand there is time for it. */
const roundCount = serviceUrls().postgres === undefined ? 2 : 10;
vi.setConfig({ testTimeout: 120_000 });
async function rounds(round: (number: number) => Promise<void>): Promise<void> {
  for (let number = 0; number < roundCount; number++) await round(number);
}
const times = <Value>(count: number, act: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));
const count = (codes: readonly (string | undefined)[], code: string | undefined): number =>
  codes.filter((one) => one === code).length;

/** Many people at once, without the second that hashing their passwords would take. */
async function students(number: number): Promise<Person[]> {
  const ids = Array.from({ length: number }, () => newId());
  await learning.sql(
    `WITH person AS (
       INSERT INTO learning.users (id, email, password_hash, display_name, role)
       SELECT id, id || '@example.test', '', 'Pat', 'student' FROM unnest($1::uuid[]) AS id RETURNING id)
     INSERT INTO learning.user_preferences (user_id, language, time_zone) SELECT id, 'en', 'UTC' FROM person`,
    [ids],
  );
  return ids.map((id) => learning.as({ id, role: 'student', sessionId: newId() }));
}
const student = async (): Promise<Person> => (await students(1))[0] as Person;

const enroll = (person: Person, course: { id: string }) =>
  person.refusal('enrollInCourse', { courseId: course.id });
const complete = (person: Person, lessonId: string | undefined) =>
  person.refusal('completeLesson', { lessonId });

interface EnrollmentRow {
  status: string;
  progress_percent: number;
  completed_lesson_count: number;
  certificates: number;
  live_certificates: number;
}
const enrollmentsOf = (person: Person, course: { id: string }) =>
  learning.sql<EnrollmentRow>(
    `SELECT status, progress_percent, completed_lesson_count,
            (SELECT count(*)::int FROM learning.certificates c WHERE c.enrollment_id = e.id) AS certificates,
            (SELECT count(*)::int FROM learning.certificates c
              WHERE c.enrollment_id = e.id AND c.revoked_at IS NULL) AS live_certificates
       FROM learning.enrollments e WHERE user_id = $1 AND course_id = $2 ORDER BY enrolled_at, id`,
    [person.id, course.id],
  );
/** Seats as the course counts them, and as they are. */
const seatsOf = async (course: { id: string }) => {
  const [row] = await learning.sql<{ counted: number; live: number; capacity: number | null }>(
    `SELECT c.enrolled_count AS counted, c.capacity,
            (SELECT count(*)::int FROM learning.enrollments e WHERE e.course_id = c.id AND e.status <> 'ENDED') AS live
       FROM learning.courses c WHERE id = $1`,
    [course.id],
  );
  return row ?? { counted: -1, live: -2, capacity: null };
};
const written = async (type: string, person: Pick<Person, 'id'>) => {
  const [row] = await learning.sql<{ count: number }>(
    `SELECT count(*)::int FROM learning.outbox WHERE type = $1 AND data->>'userId' = $2`,
    [type, person.id],
  );
  return row?.count;
};

const pay = (paid: PaidOrder) => learning.tell('order.paid', paid.orderId, paid);
const refund = (paid: PaidOrder) => learning.tell('order.refunded', paid.orderId, refundOf(paid));

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

describe('progress', () => {
  const enrolled = async (course: TestCourse): Promise<Person> => {
    const person = await student();
    expect(await enroll(person, course)).toBeUndefined();
    return person;
  };
  const finished = {
    status: 'COMPLETED',
    progress_percent: 100,
    certificates: 1,
    live_certificates: 1,
  };

  it('counts a lesson once, and tells it once', async () => {
    const course = await writeCourse(teacher, { lessons: 3 });
    const person = await enrolled(course);
    expect(await times(6, () => complete(person, course.lessonIds[0]))).toEqual(
      Array(6).fill(undefined),
    );
    expect(await enrollmentsOf(person, course)).toMatchObject([
      { completed_lesson_count: 1, progress_percent: 33.33 },
    ]);
    expect(await written('lesson.completed', person)).toBe(1);
  });

  it('adds up events that come at once, each once however often it is sent, and keeps the latest place', () =>
    rounds(async () => {
      const course = await writeCourse(teacher, { lessons: 2 });
      const person = await enrolled(course);
      const [lessonId] = course.lessonIds;
      const began = Date.now() - 60_000;
      const events = Array.from({ length: 8 }, (_, index) => ({
        lessonId,
        clientEventId: `event ${index}`,
        positionSeconds: 10 * index,
        watchedSeconds: 5,
        occurredAt: new Date(began + 1_000 * index),
        completed: index === 3,
      }));
      const codes = await times(24, (index) =>
        person.refusal('recordLessonProgress', events[(5 * index) % 8] ?? {}),
      );
      expect(count(codes, undefined)).toBe(24);
      const places = await learning.sql(
        `SELECT position_seconds AS at, watched_seconds AS watched
           FROM learning.lesson_positions WHERE lesson_id = $1`,
        [lessonId],
      );
      expect(places).toEqual([{ at: 70, watched: 40 }]);
      expect(await enrollmentsOf(person, course)).toMatchObject([
        { completed_lesson_count: 1, progress_percent: 50 },
      ]);
      expect(await written('lesson.progressed', person)).toBe(8);
      expect(await written('lesson.completed', person)).toBe(1);
    }));

  it('loses nothing when lessons and the quiz are completed at once, and issues one certificate', () =>
    rounds(async () => {
      const course = await writeCourse(teacher, { lessons: 5 });
      const person = await enrolled(course);
      const { pass } = await writeQuiz(course);
      await Promise.all([
        pass(person),
        ...course.lessonIds.map((lessonId) => complete(person, lessonId)),
      ]);
      expect(await enrollmentsOf(person, course)).toMatchObject([
        { ...finished, completed_lesson_count: 5 },
      ]);
      expect(await written('course.completed', person)).toBe(1);
      expect(await written('certificate.issued', person)).toBe(1);
    }));

  it('completes the course of those whose last two lessons are done and taken away at once', () =>
    rounds(async () => {
      const course = await writeCourse(teacher, { lessons: 2 });
      const people = await Promise.all([1, 2, 3].map(() => enrolled(course)));
      const [kept, taken] = course.lessonIds;
      await Promise.all([
        ...people.map((person) => complete(person, kept)),
        teacher.do('updateLesson', { lessonId: taken, isPublished: false }, ''),
      ]);
      for (const person of people) {
        expect(await enrollmentsOf(person, course)).toMatchObject([finished]);
        expect(await written('course.completed', person)).toBe(1);
      }
    }));

  it('is complete, or lacks the new lesson, when one is added at the last moment', () =>
    rounds(async () => {
      const course = await writeCourse(teacher, { lessons: 1 });
      const person = await enrolled(course);
      const [, added] = await Promise.all([
        complete(person, course.lessonIds[0]),
        writeLesson(teacher, course.moduleId, { title: 'New' }),
      ]);
      const [enrollment] = await enrollmentsOf(person, course);
      if (enrollment?.status === 'COMPLETED') expect(enrollment).toMatchObject(finished);
      else {
        expect(enrollment).toMatchObject({ status: 'ACTIVE', progress_percent: 50 });
        await complete(person, added);
        expect(await enrollmentsOf(person, course)).toMatchObject([finished]);
      }
    }));

  it('leaves no valid certificate when the course is completed and refunded at once', () =>
    rounds(async () => {
      const course = await writeCourse(teacher, { fields: { access: 'PAID' } });
      const person = await student();
      const paid = paidOrder(person.id, course.id);
      await pay(paid);
      await Promise.all([complete(person, course.lessonIds[0]), refund(paid)]);
      const [enrollment] = await enrollmentsOf(person, course);
      expect(enrollment).toMatchObject({ status: 'ENDED', live_certificates: 0 });
      expect(await seatsOf(course)).toMatchObject({ counted: 0, live: 0 });
      // The history tells how far she had come, whatever was a moment earlier.
      const history = await learning.sql<{ status: string; progress_percent: number }>(
        `SELECT h.status, h.progress_percent FROM learning.enrollment_history h
           JOIN learning.enrollments e ON e.id = h.enrollment_id WHERE e.user_id = $1 AND h.status = 'ENDED'`,
        [person.id],
      );
      expect(history).toEqual([
        { status: 'ENDED', progress_percent: enrollment?.progress_percent },
      ]);
    }));

  it('counts an attempt once that is sent many times, and no more attempts than there are', async () => {
    const course = await writeCourse(teacher);
    const person = await enrolled(course);
    const { fail, attempts } = await writeQuiz(course, 2);
    const repeated = await times(5, () => fail(person, 'same'));
    expect(new Set(repeated.map(({ id }) => id)).size).toBe(1);
    const codes = (await times(5, () => fail(person, newId()))).map(({ code }) => code);
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(count(codes, 'NO_ATTEMPTS_LEFT')).toBe(4);
    expect(await attempts()).toBe(2);
  });

  /** One question, and the ways to answer it. */
  async function writeQuiz(course: TestCourse, maxAttempts: number | null = null) {
    const choices = [
      { text: 'right', isCorrect: true },
      { text: 'wrong', isCorrect: false },
    ];
    const { quiz } = await teacher.do<{
      quiz: { id: string; questions: { id: string; choices: { id: string; text: string }[] }[] };
    }>(
      'createQuiz',
      { courseId: course.id, title: 'Quiz', maxAttempts, questions: [{ text: 'Which?', choices }] },
      'quiz { id questions { id choices { id text } } }',
    );
    const [question] = quiz.questions;
    const answer = async (person: Person, text: string, clientAttemptId: string) => {
      const choice = question?.choices.find((one) => one.text === text);
      const { attempt, userErrors } = await person.do<{ attempt: { id: string } | null }>(
        'submitQuiz',
        {
          quizId: quiz.id,
          clientAttemptId,
          answers: [{ questionId: question?.id, choiceIds: [choice?.id] }],
        },
        'attempt { id }',
      );
      return { id: attempt?.id, code: userErrors[0]?.code };
    };
    return {
      pass: (person: Person) => answer(person, 'right', newId()),
      fail: (person: Person, clientAttemptId: string) => answer(person, 'wrong', clientAttemptId),
      attempts: async () => {
        const rows = await learning.sql(
          'SELECT 1 FROM learning.assignment_submissions WHERE assignment_id = $1',
          [quiz.id],
        );
        return rows.length;
      },
    };
  }
});

describe('authors', () => {
  it('add lessons and modules at once: positions without gaps', async () => {
    const course = await writeCourse(teacher, { lessons: 0, publish: false });
    await Promise.all([
      times(12, (index) => writeLesson(teacher, course.moduleId, { title: `Lesson ${index}` })),
      times(6, (index) =>
        teacher.do('createModule', { courseId: course.id, title: `Module ${index}` }, ''),
      ),
    ]);
    const positions = (table: string, column: string, id: string) =>
      learning
        .sql<{ position: number }>(
          `SELECT position FROM learning.${table} WHERE ${column} = $1 ORDER BY position`,
          [id],
        )
        .then((rows) => rows.map(({ position }) => position));
    const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
    expect(await positions('lessons', 'module_id', course.moduleId)).toEqual(upTo(12));
    expect(await positions('course_modules', 'course_id', course.id)).toEqual(upTo(7));
  });

  it('set two prerequisites that would make a cycle: one is refused', () =>
    rounds(async () => {
      const [first, second] = (await writeCourse(teacher, { lessons: 2 })).lessonIds;
      const set = (lessonId: string | undefined, prerequisiteId: string | undefined) =>
        teacher.refusal('setLessonPrerequisites', { lessonId, prerequisiteIds: [prerequisiteId] });
      const codes = await Promise.all([set(first, second), set(second, first)]);
      expect(codes.filter((code) => code === 'LESSON_PREREQUISITE_CYCLE')).toHaveLength(1);
    }));

  it('change a course at once: every version is told once', async () => {
    const course = await writeCourse(teacher, { publish: false });
    await times(8, (index) =>
      teacher.do('updateCourse', { courseId: course.id, title: `Title ${index}` }, ''),
    );
    const told = await learning.sql<{ version: number; title: string }>(
      `SELECT aggregate_version AS version, data->>'title' AS title FROM learning.outbox
        WHERE aggregate_id = $1 ORDER BY 1`,
      [course.id],
    );
    expect(told.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const [row] = await learning.sql('SELECT title FROM learning.courses WHERE id = $1', [
      course.id,
    ]);
    expect(row).toEqual({ title: told.at(-1)?.title });
  });

  it('give their courses the same title at once: each has a slug of its own', async () => {
    const title = `Twin ${newId()}`;
    const courses = await times(6, () =>
      teacher.do<{ course: { slug: string } | null }>('createCourse', { title }, 'course { slug }'),
    );
    expect(courses.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(new Set(courses.map(({ course }) => course?.slug)).size).toBe(6);
  });

  it('ask for the same slug at once: one gets it', async () => {
    const slug = `wanted-${newId()}`;
    const codes = await times(6, (index) =>
      teacher.refusal('createCourse', { title: `Course ${index}`, slug }),
    );
    expect([count(codes, undefined), count(codes, 'SLUG_TAKEN')]).toEqual([1, 5]);
  });
});

describe('accounts and sessions', () => {
  const { register, verify, logIn, refresh, isLive } = visitor(() => learning);
  const logOut = (userId: string, sessionId: string) =>
    learning
      .as({ id: userId, role: 'student', sessionId })
      .ask('mutation { logOut { userErrors { code } } }');
  /** What the router believes, and what the database knows. */
  const sessionsOf = async (userId: string) => {
    const rows = await learning.sql<{ id: string }>(
      'SELECT id FROM learning.user_sessions WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id',
      [userId],
    );
    const live = (await learning.redis.sessions.list(userId)).map(({ id }) => id).sort();
    return { known: rows.map(({ id }) => id), live };
  };

  it('are made once of an address, however many register, and open their links, at once', () =>
    rounds(async () => {
      const account = newAccount();
      const input = { ...account, displayName: 'Pat' };
      const codes = await times(5, () => learning.anonymous.refusal('register', input));
      expect(count(codes, undefined)).toBe(5);
      const pending = await learning.sql<{ id: string }>(
        'SELECT id FROM learning.pending_registrations WHERE email = $1',
        [account.email],
      );
      // As many as there may be mails.
      expect(pending).toHaveLength(3);
      const tokens: string[] = [];
      for (const { id } of pending) {
        const mail = await learning.mailTo(
          account.email,
          ({ token }) => token?.startsWith(id) === true,
        );
        tokens.push(mail.token ?? '');
      }
      const opened = await times(6, (index) => verify(tokens[index % 3] ?? ''));
      const codesOfAll = opened.map(({ code }) => code);
      expect([count(codesOfAll, undefined), count(codesOfAll, 'INVALID_TOKEN')]).toEqual([1, 5]);
      const people = await learning.sql('SELECT 1 FROM learning.users WHERE email = $1', [
        account.email,
      ]);
      expect(people).toHaveLength(1);
      const userId = opened.find(({ session }) => session !== null)?.session?.user.id ?? '';
      expect(await written('user.registered', { id: userId })).toBe(1);
    }));

  it('get at most three mails an hour, however many are asked for at once', async () => {
    const { account } = await register();
    const { email } = account;
    await times(8, () => learning.anonymous.refusal('requestPasswordReset', { email }));
    const [row] = await learning.sql<{ count: number }>(
      `SELECT count(*)::int FROM learning.mail_queue AS m JOIN learning.users AS u ON u.id = m.user_id
        WHERE u.email = $1 AND m.template = 'reset-password'`,
      [email],
    );
    expect(row?.count).toBe(3);
  });

  it('get one new password when two links are used at once, whichever it is', () =>
    rounds(async () => {
      const { account, userId } = await register();
      const { email } = account;
      await times(2, () => learning.anonymous.refusal('requestPasswordReset', { email }));
      const links = await waitFor(async () => {
        const found = (await learning.mails()).filter(
          (mail) => mail.to === email && mail.link?.includes('reset-password') === true,
        );
        return found.length === 2 && found;
      });
      const [one, two] = links.map(({ token }) => token);
      const attempts = [one, two, one, two].map((token, index) => ({
        token,
        newPassword: `password of attempt ${index}`,
      }));
      const codes = await Promise.all(
        attempts.map((attempt) => learning.anonymous.refusal('resetPassword', attempt)),
      );
      expect([count(codes, undefined), count(codes, 'INVALID_TOKEN')]).toEqual([1, 3]);
      expect(await sessionsOf(userId)).toEqual({ known: [], live: [] });
      const winner = attempts[codes.indexOf(undefined)];
      const { session } = await logIn({ email, password: winner?.newPassword ?? '' });
      expect(session?.user.id).toBe(userId);
    }));

  it('are opened by a new password while somebody logs in and fails', () =>
    rounds(async () => {
      const { account } = await register();
      const { email } = account;
      await logIn({ email, password: 'wrong' });
      await learning.anonymous.refusal('requestPasswordReset', { email });
      const { token } = await learning.mailTo(
        email,
        (mail) => mail.link?.includes('reset-password') === true,
      );
      const newPassword = 'another horse battery';
      const [code, logIns] = await Promise.all([
        learning.anonymous.refusal('resetPassword', { token, newPassword }),
        times(4, (index) =>
          logIn({ email, password: index % 2 === 0 ? account.password : 'wrong' }),
        ),
      ]);
      expect(code).toBeUndefined();
      // None of them waited for ever for the other, and who came in by the old password is out.
      expect([undefined, 'INVALID_CREDENTIALS']).toEqual(
        expect.arrayContaining(logIns.map((answer) => answer.code)),
      );
      for (const { session } of logIns)
        if (session !== null) expect(await isLive(session)).toBe(false);
      expect((await logIn({ email, password: newPassword })).code).toBeUndefined();
    }));

  it('keep one of two passwords that are set at once', async () => {
    const { account, session, userId } = await register();
    const client = learning.as({ id: userId, role: 'student', sessionId: sessionOf(session) });
    const codes = await times(3, (index) =>
      client.refusal('changePassword', {
        currentPassword: account.password,
        newPassword: `password of attempt ${index}`,
      }),
    );
    expect([count(codes, undefined), count(codes, 'INVALID_CREDENTIALS')]).toEqual([1, 2]);
    const password = `password of attempt ${codes.indexOf(undefined)}`;
    expect((await logIn({ ...account, password })).code).toBeUndefined();
  });

  it('of a person who is suspended are over, however many log in and act as her meanwhile', () =>
    rounds(async () => {
      const { account, userId } = await register();
      const [one, two] = [await learning.person('admin'), await learning.person('admin')];
      await Promise.all([
        times(3, () => logIn(account)),
        times(2, () => two.refusal('impersonateUser', { userId, reason: 'Ticket 1' })),
        one.do('suspendUser', { userId }, ''),
      ]);
      expect(await sessionsOf(userId)).toEqual({ known: [], live: [] });
      expect((await logIn(account)).code).toBe('ACCOUNT_SUSPENDED');
      expect(await written('user.suspended', { id: userId })).toBe(1);
    }));

  it('as other people are over, when their admin is made a learner at that moment', () =>
    rounds(async () => {
      const { userId } = await register();
      const [acting, other] = [await learning.person('admin'), await learning.person('admin')];
      await Promise.all([
        times(2, () => acting.refusal('impersonateUser', { userId, reason: 'Ticket 1' })),
        other.do('changeUserRole', { userId: acting.id, role: 'STUDENT' }, ''),
      ]);
      const rows = await learning.sql<{ id: string }>(
        `SELECT s.id FROM learning.user_sessions s JOIN learning.impersonations i ON i.session_id = s.id
          WHERE i.admin_id = $1 AND s.revoked_at IS NULL`,
        [acting.id],
      );
      expect(rows).toEqual([]);
      const live = await learning.redis.sessions.list(userId);
      expect(live.filter(({ expiresAt }) => expiresAt.getTime() < Date.now() + 3_600_000)).toEqual(
        [],
      );
    }));

  it('lock an address after guesses made all at once', async () => {
    const { account } = await register();
    const guesses = await times(8, () => logIn({ ...account, password: 'wrong' }));
    expect(guesses.every(({ session }) => session === null)).toBe(true);
    expect((await logIn(account)).code).toBe('TOO_MANY_ATTEMPTS');
  });

  it('are at most three, however many log in at once', async () => {
    const { account, userId } = await register();
    const logIns = await times(6, () => logIn(account));
    expect(logIns.every(({ session }) => session !== null)).toBe(true);
    const { known, live } = await sessionsOf(userId);
    expect(live).toEqual(known);
    expect(live).toHaveLength(3);
  });

  it('go on in two tabs that refresh at once', () =>
    rounds(async () => {
      const { session } = await register();
      const both = await times(2, () => refresh(session.refreshToken));
      for (const { session: next } of both) {
        expect((await refresh(next?.refreshToken ?? '')).code).toBeUndefined();
      }
    }));

  it('end when a stolen token is used, whatever the owner does at that moment', () =>
    rounds(async () => {
      const { session, userId } = await register();
      const { session: next } = await refresh(session.refreshToken);
      learning.clock.pass(31_000);
      const [stolen] = await Promise.all([
        refresh(session.refreshToken),
        refresh(next?.refreshToken ?? ''),
      ]);
      expect(stolen.code).toBe('REFRESH_TOKEN_REUSED');
      expect(await sessionsOf(userId)).toEqual({ known: [], live: [] });
    }));

  it('are over after a log-out, though a refresh was under way', async () => {
    const { session, userId } = await register();
    const { sessions } = learning.redis;
    const put = sessions.put.bind(sessions);
    // The refresh has committed, and is about to tell the router, when the log-out comes.
    const spy = vi.spyOn(sessions, 'put').mockImplementationOnce(async (live) => {
      await logOut(userId, sessionOf(session));
      await put(live);
    });
    await refresh(session.refreshToken);
    spy.mockRestore();
    expect(await isLive(session)).toBe(false);
    expect(await sessionsOf(userId)).toEqual({ known: [], live: [] });
  });

  it('with an old role are over, however many log in while it changes', () =>
    rounds(async () => {
      const { account, userId } = await register();
      const admin = await learning.person('admin');
      const [logIns] = await Promise.all([
        times(3, () => logIn(account)),
        admin.do('changeUserRole', { userId, role: 'INSTRUCTOR' }, ''),
      ]);
      const { known, live } = await sessionsOf(userId);
      expect(live).toEqual(known);
      for (const { session } of logIns) {
        const { role } = decodeJwt<{ role: string }>(session?.accessToken ?? '');
        if (live.includes(sessionOf(session))) expect(role).toBe('instructor');
      }
    }));

  it('are made an admin once, however many operators ask, of somebody new or known', () =>
    rounds(async () => {
      for (const [email, outcome] of [
        [`${newId()}@example.test`, 'CREATED'],
        [(await register()).account.email, 'PROMOTED'],
      ] as const) {
        const made = await times(3, () => learning.running.makeAdmin({ email }));
        const found = made.flatMap((one) => (one.ok ? [one.value] : []));
        expect(found.map((one) => one.outcome).sort()).toEqual(
          ['ALREADY_ADMIN', 'ALREADY_ADMIN', outcome].sort(),
        );
        expect(new Set(found.map(({ userId }) => userId)).size).toBe(1);
        const id = found[0]?.userId ?? '';
        const type = outcome === 'CREATED' ? 'user.registered' : 'user.changed';
        expect(await written(type, { id })).toBe(1);
      }
    }));

  it('leave an admin when the last two demote each other', () =>
    rounds(async () => {
      await learning.sql(`UPDATE learning.users SET role = 'student' WHERE role = 'admin'`);
      const [one, two] = [await learning.person('admin'), await learning.person('admin')];
      const demote = (by: Person, whom: Person) =>
        by.refusal('changeUserRole', { userId: whom.id, role: 'STUDENT' });
      const codes = await Promise.all([demote(one, two), demote(two, one)]);
      expect([count(codes, undefined), count(codes, 'LAST_ADMIN')]).toEqual([1, 1]);
    }));
});

it('lets no event fail for good, whoever met whom', async () => {
  expect(await learning.sql('SELECT * FROM learning.dead_letters')).toEqual([]);
});
