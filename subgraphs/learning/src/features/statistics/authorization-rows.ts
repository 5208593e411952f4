import {
  entity,
  fields,
  ownerAndAdmin,
  through,
  type MutationRow,
} from '../../authorization/table.js';

const course = entity('Course', 'a published course', (world) => world.course.id);

export const fieldRows = [
  ...fields(course, ['statistics'], ownerAndAdmin),
  ...fields(
    through(course, 'statistics', 'CourseStatistics', 'its figures'),
    ['enrolledCount', 'activeCount', 'completedCount', 'averageProgressPercent'],
    ownerAndAdmin,
  ),
];

export const mutationRows: readonly MutationRow[] = [];
