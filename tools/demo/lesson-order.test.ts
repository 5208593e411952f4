import { describe, expect, it } from 'vitest';
import { inPrerequisiteOrder } from './lesson-order.js';

const lesson = (id: string, ...prerequisites: string[]) => ({
  id,
  title: `Lesson ${id}`,
  prerequisites: prerequisites.map((prerequisite) => ({ id: prerequisite })),
});
const order = (...lessons: ReturnType<typeof lesson>[]) =>
  inPrerequisiteOrder(lessons)
    .map(({ id }) => id)
    .join('');

describe('inPrerequisiteOrder', () => {
  it('keeps the order of the course where it can', () => {
    expect(order(lesson('a'), lesson('b', 'a'), lesson('c'))).toBe('abc');
  });

  it('takes prerequisites first, over several steps', () => {
    expect(order(lesson('a', 'c'), lesson('b'), lesson('c', 'd'), lesson('d'))).toBe('dcab');
  });

  it('ignores prerequisites that are not in the course', () => {
    expect(order(lesson('a', 'elsewhere'))).toBe('a');
  });

  it('refuses lessons that wait for each other', () => {
    expect(() => order(lesson('a', 'b'), lesson('b', 'a'))).toThrow('“Lesson a” waits for itself');
  });
});
