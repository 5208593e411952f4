import { newId } from '@pcc/platform';
import {
  answerOf,
  authors,
  entity,
  everybody,
  fields,
  mutation,
  ownerAndAdmin,
  query,
  reference,
  through,
} from '../../authorization/table.js';

const published = entity('Course', 'a published course', ({ course }) => course.id);
const draft = entity('Course', 'a draft', (world) => world.draft.id);
const root = answerOf('CourseConnection', 'the catalogue', () => 'courses');
const page = through(root, 'pageInfo', 'PageInfo', 'a page of the catalogue');
const edge = through(root, 'edges', 'CourseEdge', 'an edge of the catalogue');

const shown = [
  'id',
  'slug',
  'title',
  'summary',
  'description',
  'level',
  'language',
  'access',
  'status',
];

export const fieldRows = [
  reference(published, everybody('ok')),
  reference(draft, ownerAndAdmin),
  reference(
    entity('Course', 'nonsense', () => 'nonsense'),
    everybody('hidden'),
  ),
  ...fields(published, [...shown, 'capacity', 'publishedAt', 'instructors'], everybody('ok')),
  ...fields(draft, [...shown, 'instructors'], ownerAndAdmin),
  query('courses', 'the catalogue', () => 'courses', everybody('ok')),
  query('course', 'published', ({ course }) => `course(slug: "${course.slug}")`, everybody('ok')),
  query('course', 'a draft', (world) => `course(slug: "${world.draft.slug}")`, ownerAndAdmin),
  ...fields(root, ['nodes', 'edges', 'pageInfo', 'totalCount'], everybody('ok')),
  ...fields(edge, ['node', 'cursor'], everybody('ok')),
  ...fields(page, ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'], everybody('ok')),
];

export const mutationRows = [
  mutation('createCourse', 'anew', () => ({ title: `Title ${newId()}` }), authors('ok')),
  mutation(
    'updateCourse',
    'published',
    ({ scratch }) => ({ courseId: scratch.id, summary: 'New' }),
    authors('FORBIDDEN'),
  ),
  mutation(
    'updateCourse',
    'a draft',
    (world) => ({ courseId: world.draft.id, summary: 'New' }),
    authors('NOT_FOUND'),
  ),
  mutation(
    'publishCourse',
    'published already',
    ({ scratch }) => ({ courseId: scratch.id }),
    authors('FORBIDDEN'),
  ),
];
