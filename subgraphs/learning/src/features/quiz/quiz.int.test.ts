import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@pcc/platform';
import { writeCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

interface ShownQuiz {
  id: string;
  questions: { id: string; multiple: boolean; choices: { id: string; text: string }[] }[];
}

let learning: TestLearning;
let teacher: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
});
afterAll(() => learning.close());

const questions = [
  {
    text: 'Which are even?',
    choices: [
      { text: '2', isCorrect: true },
      { text: '3', isCorrect: false },
      { text: '4', isCorrect: true },
    ],
  },
  {
    text: 'Which is odd?',
    choices: [
      { text: '5', isCorrect: true },
      { text: '6', isCorrect: false },
    ],
  },
];

const writeQuiz = async (fields: Record<string, unknown> = {}) => {
  const course = await writeCourse(teacher);
  const { quiz } = await teacher.do<{ quiz: ShownQuiz }>(
    'createQuiz',
    { courseId: course.id, title: 'Numbers', questions, ...fields },
    'quiz { id questions { id multiple choices { id text } } }',
  );
  return { course, quiz };
};
const learner = async (courseId: string) => {
  const person = await learning.person();
  await person.do('enrollInCourse', { courseId }, '');
  return person;
};
/** The choices with these texts, question by question. */
const choose = (quiz: ShownQuiz, ...texts: string[][]) =>
  texts.map((chosen, index) => ({
    questionId: quiz.questions[index]?.id,
    choiceIds: quiz.questions[index]?.choices
      .filter(({ text }) => chosen.includes(text))
      .map(({ id }) => id),
  }));
const submit = (person: Person, quiz: ShownQuiz, answers: object[], clientAttemptId = newId()) =>
  person.do<{
    attempt: {
      id: string;
      scorePercent: number;
      passed: boolean;
      results: { correct: boolean; correctChoiceIds: string[] | null }[];
    } | null;
  }>(
    'submitQuiz',
    { quizId: quiz.id, answers, clientAttemptId },
    'attempt { id scorePercent passed results { correct correctChoiceIds } }',
  );

describe('submitQuiz', () => {
  it('grades, and tells the right answers only when passed', async () => {
    const { course, quiz } = await writeQuiz();
    const person = await learner(course.id);
    expect(quiz.questions.map(({ multiple }) => multiple)).toEqual([true, false]);
    const failed = await submit(person, quiz, choose(quiz, ['2'], ['5']));
    expect(failed.attempt).toMatchObject({
      scorePercent: 50,
      passed: false,
      results: [
        { correct: false, correctChoiceIds: null },
        { correct: true, correctChoiceIds: null },
      ],
    });
    const passed = await submit(person, quiz, choose(quiz, ['2', '4'], ['5']));
    expect(passed.attempt).toMatchObject({ scorePercent: 100, passed: true });
    const [even] = choose(quiz, ['2', '4']);
    expect(passed.attempt?.results[0]?.correctChoiceIds).toEqual(even?.choiceIds);
    await learning.heard('quiz.graded', (d) => d.userId === person.id && d.passed);
  });

  it('gives no more attempts than there are, then tells the answers', async () => {
    const { course, quiz } = await writeQuiz({ maxAttempts: 2 });
    const person = await learner(course.id);
    const wrong = choose(quiz, ['3'], ['6']);
    const [first, second] = [
      await submit(person, quiz, wrong, 'one'),
      await submit(person, quiz, wrong),
    ];
    expect(first.attempt?.results[0]?.correctChoiceIds).toBeNull();
    expect(second.attempt?.results[0]?.correctChoiceIds).toHaveLength(2);
    const third = await submit(person, quiz, wrong);
    expect(third.userErrors).toMatchObject([{ code: 'NO_ATTEMPTS_LEFT' }]);
    expect((await submit(person, quiz, wrong, 'one')).attempt?.id).toBe(first.attempt?.id);
    const { quiz: shown } = await person.ask<{ quiz: { viewerAttempts: { id: string }[] } }>(
      'query ($id: ID!) { quiz(id: $id) { viewerAttempts { id } } }',
      { id: quiz.id },
    );
    expect(shown.viewerAttempts.map(({ id }) => id)).toEqual([
      second.attempt?.id,
      first.attempt?.id,
    ]);
  });

  it('completes a course only together with its lessons', async () => {
    const { course, quiz } = await writeQuiz();
    const person = await learner(course.id);
    await submit(person, quiz, choose(quiz, ['2', '4'], ['5']));
    const status = () =>
      learning.sql('SELECT status FROM learning.enrollments WHERE user_id = $1', [person.id]);
    expect(await status()).toEqual([{ status: 'ACTIVE' }]);
    await person.do('completeLesson', { lessonId: course.lessonIds[0] }, '');
    expect(await status()).toEqual([{ status: 'COMPLETED' }]);
  });

  it('refuses strangers and nonsense', async () => {
    const { course, quiz } = await writeQuiz();
    const other = await writeQuiz();
    const person = await learner(course.id);
    const stranger = await learning.person();
    const input = { quizId: quiz.id, answers: [], clientAttemptId: 'x' };
    expect(await stranger.refusal('submitQuiz', input)).toBe('NOT_ENROLLED');
    expect(await learning.anonymous.refusal('submitQuiz', input)).toBe('UNAUTHENTICATED');
    const codeFor = (change: object) => person.refusal('submitQuiz', { ...input, ...change });
    expect(await codeFor({ quizId: newId() })).toBe('NOT_FOUND');
    expect(await codeFor({ quizId: 'nonsense' })).toBe('NOT_FOUND');
    expect(await codeFor({ clientAttemptId: '' })).toBe('INVALID_INPUT');
    expect(await codeFor({ answers: choose(other.quiz, ['2']) })).toBe('UNKNOWN_QUESTION');
    const strange = [{ questionId: quiz.questions[0]?.id, choiceIds: [newId()] }];
    expect(await codeFor({ answers: strange })).toBe('UNKNOWN_CHOICE');
    expect(await codeFor({})).toBeUndefined();
  });
});

describe('questions', () => {
  const shownTo = async (person: Person, id: string) => {
    const document =
      'query ($id: ID!) { quiz(id: $id) { title questionCount questions { text } } }';
    return (await person.ask<{ quiz: object | null }>(document, { id })).quiz;
  };

  it('are for those who take or teach the course', async () => {
    const { course, quiz } = await writeQuiz();
    const texts = questions.map(({ text }) => ({ text }));
    for (const person of [teacher, await learner(course.id), await learning.person('admin')]) {
      expect(await shownTo(person, quiz.id)).toMatchObject({ questions: texts });
    }
    const otherTeacher = await learning.person('instructor');
    for (const person of [learning.anonymous, await learning.person(), otherTeacher]) {
      expect(await shownTo(person, quiz.id)).toEqual({
        title: 'Numbers',
        questionCount: 2,
        questions: null,
      });
    }
    expect(await shownTo(learning.anonymous, newId())).toBeNull();
  });

  it.each([
    ['no question', []],
    ['one choice', [{ text: 'Why?', choices: [{ text: 'so', isCorrect: true }] }]],
    [
      'no right choice',
      [
        {
          text: 'Why?',
          choices: [
            { text: 'so', isCorrect: false },
            { text: 'thus', isCorrect: false },
          ],
        },
      ],
    ],
  ])('are refused with %s', async (_what, given) => {
    const course = await writeCourse(teacher, { publish: false });
    const input = { courseId: course.id, title: 'Quiz', questions: given };
    expect(await teacher.refusal('createQuiz', input)).toBe('INVALID_INPUT');
  });
});
