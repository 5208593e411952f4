import { describe, expect, it } from 'vitest';
import { quizSolver, type Question } from './quiz-solver.js';

const question = (id: string, choices: string[], multiple = false): Question => ({
  id,
  multiple,
  choices: choices.map((choice) => ({ id: choice })),
});

/** Plays against a key until everything is right; gives the number of attempts. */
function solve(questions: Question[], key: Record<string, string[]>): number {
  const solver = quizSolver(questions);
  for (let attempt = 1; attempt <= solver.attemptsNeeded; attempt += 1) {
    const results = solver.answers().map(({ questionId, choiceIds }) => ({
      question: { id: questionId },
      correct: choiceIds.join() === key[questionId]?.join(),
    }));
    if (results.every(({ correct }) => correct)) return attempt;
    solver.learn(results);
  }
  throw new Error('not solved');
}

describe('quizSolver', () => {
  it('keeps what was right and tries the next choice of what was wrong', () => {
    const questions = [question('q1', ['a', 'b', 'c']), question('q2', ['d', 'e'])];
    expect(solve(questions, { q1: ['c'], q2: ['d'] })).toBe(3);
    expect(solve(questions, { q1: ['a'], q2: ['d'] })).toBe(1);
  });

  it('needs no more attempts than the longest question has choices', () => {
    expect(quizSolver([question('q', ['a', 'b', 'c', 'd'])]).attemptsNeeded).toBe(4);
  });

  it('finds the right set where several choices are right', () => {
    expect(solve([question('q', ['a', 'b', 'c'], true)], { q: ['a', 'b', 'c'] })).toBe(7);
    expect(solve([question('q', ['a', 'b', 'c'], true)], { q: ['a', 'c'] })).toBeLessThan(7);
  });
});
