import { describe, expect, it } from 'vitest';
import { missingIn, publishChecklist } from './publish-checklist.js';

const course = { title: 'Knots', summary: 'To tie.', objectives: ['Tie'], access: 'FREE' } as const;
const facts = { hasPublishedLesson: true, emptyModules: [], hasPrice: false };
const missing = (change: Partial<Parameters<typeof publishChecklist>[0]>, more = {}) =>
  missingIn(publishChecklist({ ...course, ...change }, { ...facts, ...more }), 'input.courseId');
const codes = (...given: Parameters<typeof missing>) => missing(...given).map(({ code }) => code);

describe('the check list', () => {
  it('has nothing against a course that is whole', () => {
    expect(missing({})).toEqual([]);
    expect(codes({ access: 'PAID' }, { hasPrice: true })).toEqual([]);
  });

  it('names all that is missing at once', () => {
    const nothing = { title: ' ', summary: '\n', objectives: [], access: 'PAID' } as const;
    expect(codes(nothing, { hasPublishedLesson: false, emptyModules: ['One'] })).toEqual([
      'MISSING_TITLE',
      'MISSING_SUMMARY',
      'MISSING_OBJECTIVES',
      'NO_PUBLISHED_LESSON',
      'EMPTY_MODULE',
      'MISSING_PRICE',
    ]);
  });

  it('names the modules that are empty', () => {
    expect(missing({}, { emptyModules: ['One', 'Two'] })).toEqual([
      {
        code: 'EMPTY_MODULE',
        message: 'Publish a lesson in each module, or take the module away: "One", "Two".',
        field: ['input', 'courseId'],
      },
    ]);
  });
});
