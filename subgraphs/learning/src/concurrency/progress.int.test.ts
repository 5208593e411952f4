import { newId } from '@pcc/platform';
import { startTestPostgresServer } from '@pcc/stores/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { count, crowd, rounds, roundsTimeout, times } from '../test-concurrency.js';
import { writeCourse, writeLesson, type TestCourse } from '../test-courses.js';
import { paidOrder } from '../test-orders.js';
import { startTestLearning, type Person, type TestLearning } from '../test-support.js';

/**
 * What happens to progress at the same moment. On a PostgreSQL with real sessions, in the role of production: on the embedded
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

const { student, enroll, complete, enrollmentsOf, seatsOf, written, pay, refund } = crowd(
  () => learning,
);
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
