import { entity, everybody, fields, shownTo, type MutationRow } from '../../authorization/table.js';

const first = entity('Lesson', 'of a published course', ({ course }) => course.lessonIds[0]);
const second = entity('Lesson', 'that requires another', ({ course }) => course.lessonIds[1]);

export const fieldRows = [
  // Null is "open" here.
  ...fields(first, ['lock'], {
    ...everybody('ok'),
    enrolled: 'hidden',
    owner: 'hidden',
    admin: 'hidden',
  }),
  ...fields(second, ['missingPrerequisites'], shownTo('enrolled')),
];

export const mutationRows: readonly MutationRow[] = [];
