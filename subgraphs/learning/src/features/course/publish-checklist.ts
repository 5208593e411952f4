import { userError, type UserError } from '@pcc/platform';
import type { Course } from './model.js';

export const publishCheckCodes = [
  'MISSING_TITLE',
  'MISSING_SUMMARY',
  'MISSING_OBJECTIVES',
  'NO_PUBLISHED_LESSON',
  'EMPTY_MODULE',
  'MISSING_PRICE',
] as const;

/** One thing that a course needs before it goes into the catalogue. */
export interface PublishCheck {
  /** What the refusal is called when it is not met. */
  readonly code: (typeof publishCheckCodes)[number];
  readonly isMet: boolean;
  readonly message: string;
}

/** What the check list looks at beside the course itself. */
export interface PublishFacts {
  readonly courseId: string;
  readonly hasPublishedLesson: boolean;
  /** The titles of modules without a published lesson, in order. */
  readonly emptyModules: readonly string[];
  readonly hasPrice: boolean;
}

/** All of it, met or not, in the order in which an author would work. */
export function publishChecklist(
  course: Pick<Course, 'title' | 'summary' | 'objectives' | 'access'>,
  facts: Omit<PublishFacts, 'courseId'>,
): PublishCheck[] {
  const { emptyModules } = facts;
  const empty = emptyModules.map((title) => `"${title}"`).join(', ');
  return [
    { code: 'MISSING_TITLE', isMet: course.title.trim() !== '', message: 'Give it a title.' },
    { code: 'MISSING_SUMMARY', isMet: course.summary.trim() !== '', message: 'Write a summary.' },
    {
      code: 'MISSING_OBJECTIVES',
      isMet: course.objectives.length > 0,
      message: 'Say what learners will be able to do: at least one objective.',
    },
    {
      code: 'NO_PUBLISHED_LESSON',
      isMet: facts.hasPublishedLesson,
      message: 'Publish at least one lesson.',
    },
    {
      code: 'EMPTY_MODULE',
      isMet: emptyModules.length === 0,
      message:
        emptyModules.length === 0
          ? 'Each module has a published lesson.'
          : `Publish a lesson in each module, or take the module away: ${empty}.`,
    },
    {
      code: 'MISSING_PRICE',
      isMet: course.access === 'FREE' || facts.hasPrice,
      message: 'Set a price: the course is to be bought.',
    },
  ];
}

/** What is not met, as the refusal of a publication. */
export const missingIn = (checks: readonly PublishCheck[], field: string): UserError[] =>
  checks.filter(({ isMet }) => !isMet).map(({ code, message }) => userError(code, message, field));
