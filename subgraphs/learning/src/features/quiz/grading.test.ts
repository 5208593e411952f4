import { describe, expect, it } from 'vitest';
import { grade } from './grading.js';
import type { QuizQuestion } from './model.js';
import { withReveal } from './service.js';

const question = (id: string, right: string[], wrong: string[]): QuizQuestion => ({
  id,
  quizId: 'quiz',
  text: id,
  choices: [
    ...right.map((choice) => ({ id: choice, text: choice, isCorrect: true })),
    ...wrong.map((choice) => ({ id: choice, text: choice, isCorrect: false })),
  ],
});
const single = question('single', ['s1'], ['s2', 's3']);
const several = question('several', ['m1', 'm2'], ['m3']);
const third = question('third', ['t1'], ['t2']);

const answers = (given: Record<string, string[]>) =>
  Object.entries(given).map(([questionId, choiceIds]) => ({ questionId, choiceIds }));
const graded = (given: Record<string, string[]>, passPercent = 70) => {
  const result = grade([single, several, third], answers(given), passPercent);
  if (!result.ok) throw new Error(result.errors[0]?.code);
  return result.value;
};

describe('grade', () => {
  it('passes when everything is right', () => {
    expect(graded({ single: ['s1'], several: ['m2', 'm1'], third: ['t1'] })).toMatchObject({
      scorePercent: 100,
      passed: true,
    });
  });

  it('asks for exactly the right choices', () => {
    expect(graded({ several: ['m1'] }).results[1]?.correct).toBe(false);
    expect(graded({ several: ['m1', 'm2', 'm3'] }).results[1]?.correct).toBe(false);
    expect(graded({ several: ['m1', 'm1', 'm2'] }).results[1]?.correct).toBe(true);
  });

  it('counts what was left out as wrong, and rounds to two places', () => {
    expect(graded({ single: ['s1'] }).scorePercent).toBe(33.33);
    expect(graded({ single: ['s1'], third: ['t1'] }).scorePercent).toBe(66.67);
  });

  it('passes at the very percentage', () => {
    expect(graded({ single: ['s1'], third: ['t1'] }, 66).passed).toBe(true);
    expect(graded({ single: ['s1'], third: ['t1'] }, 67).passed).toBe(false);
  });

  it.each([
    ['UNKNOWN_QUESTION', answers({ other: ['s1'] }), ['input', 'answers', '0', 'questionId']],
    [
      'UNKNOWN_CHOICE',
      answers({ single: ['s1'], third: ['s1'] }),
      ['input', 'answers', '1', 'choiceIds'],
    ],
    [
      'INVALID_INPUT',
      [...answers({ single: ['s1'] }), ...answers({ single: ['s2'] })],
      ['input', 'answers', '1', 'questionId'],
    ],
  ])('refuses with %s', (code, given, field) => {
    expect(grade([single, several, third], given, 70)).toMatchObject({
      ok: false,
      errors: [{ code, field }],
    });
  });
});

describe('withReveal', () => {
  const attempt = (passed: boolean) => ({
    id: 'a',
    quizId: 'quiz',
    enrollmentId: 'e',
    scorePercent: 0,
    passed,
    submittedAt: new Date(),
    results: [],
  });

  it.each([
    [true, null, 1, true],
    [false, null, 9, false],
    [false, 2, 1, false],
    [false, 2, 2, true],
  ])(
    'passed %s, of %s attempts, after %s: tells answers %s',
    (passed, maxAttempts, count, tells) => {
      expect(withReveal(attempt(passed), { maxAttempts }, count).revealsAnswers).toBe(tells);
    },
  );
});
