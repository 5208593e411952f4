import { newId } from '@pcc/platform';
import {
  answerOf,
  authors,
  entity,
  everybody,
  fields,
  fixture,
  mutation,
  ownerAndAdmin,
  query,
  reference,
  through,
} from '../../authorization/table.js';
import { writeCourse } from '../../test-courses.js';

const published = entity('Course', 'a published course', ({ course }) => course.id);
const draft = entity('Course', 'a draft', (world) => world.draft.id);
const root = answerOf('CourseConnection', 'the catalogue', () => 'courses');
const page = through(root, 'pageInfo', 'PageInfo', 'a page of the catalogue');
const found = answerOf(
  'CourseConnection',
  'what was searched for',
  () => 'courses(filter: { text: "course" })',
);
const match = through(found, 'edges', 'CourseEdge', 'an edge of what was searched for');
const highlight = through(match, 'highlight', 'CourseHighlight', 'where the words stand');

/** Everything that may be left out is there, so that hidden means hidden. */
const described = fixture(async ({ by }) => {
  const year = 365 * 24 * 60 * 60 * 1000;
  const details = {
    objectives: ['Know it'],
    audience: 'Everybody.',
    additionalLanguages: ['PT'],
    availableFrom: new Date(Date.now() - year).toISOString(),
    availableUntil: new Date(Date.now() + year).toISOString(),
  };
  return (await writeCourse(by.owner, { fields: details })).id;
});
const scheduled = entity('Course', 'with a schedule', described);
const past = entity(
  'Course',
  'not available any more',
  fixture(async ({ by }) => {
    const availableUntil = new Date(0).toISOString();
    return (await writeCourse(by.owner, { fields: { availableUntil } })).id;
  }),
);
const deletedCourse = fixture(async ({ by }) => {
  const { id } = await writeCourse(by.owner);
  await by.enrolled.do('enrollInCourse', { courseId: id }, '');
  await by.admin.do('deleteCourse', { courseId: id }, '');
  return id;
});
const deleted = entity('Course', 'a deleted course', deletedCourse);
const populated = fixture(async ({ by }) => {
  const course = await writeCourse(by.owner);
  await by.enrolled.do('enrollInCourse', { courseId: course.id }, '');
  return course;
});
/** For changes of state, which the world's courses do without. */
const stage = fixture(({ by }) => writeCourse(by.owner));

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
  ...fields(
    scheduled,
    [
      ...['objectives', 'audience', 'additionalLanguages', 'availableFrom', 'availableUntil'],
      ...['version', 'durationMinutes'],
    ],
    everybody('ok'),
  ),
  ...fields(scheduled, ['publishChecklist'], ownerAndAdmin),
  ...fields(
    through(scheduled, 'publishChecklist', 'PublishCheck', 'what a course needs'),
    ['code', 'isMet', 'message'],
    ownerAndAdmin,
  ),
  reference(past, ownerAndAdmin),
  reference(deleted, ownerAndAdmin),
  ...fields(deleted, ['title', 'deletedAt'], ownerAndAdmin),
  ...fields(match, ['highlight'], everybody('ok')),
  ...fields(highlight, ['title', 'text'], everybody('ok')),
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
  mutation(
    'archiveCourse',
    'published',
    async (world) => {
      const { id: courseId } = await stage(world);
      await world.by.owner.do('unarchiveCourse', { courseId }, '');
      return { courseId };
    },
    authors('FORBIDDEN'),
  ),
  mutation(
    'unarchiveCourse',
    'archived',
    async (world) => {
      const { id: courseId } = await stage(world);
      await world.by.owner.do('archiveCourse', { courseId }, '');
      return { courseId };
    },
    authors('NOT_FOUND'),
  ),
  mutation(
    'deleteCourse',
    'published, with nobody in it',
    async (world) => {
      const { id: courseId } = await stage(world);
      await world.by.owner.do('restoreCourse', { courseId }, '');
      await world.by.owner.do('unarchiveCourse', { courseId }, '');
      return { courseId };
    },
    authors('FORBIDDEN'),
  ),
  mutation(
    'deleteCourse',
    'with people in it',
    async (world) => ({ courseId: (await populated(world)).id }),
    { ...authors('FORBIDDEN'), owner: 'COURSE_HAS_ENROLLMENTS' },
  ),
  mutation(
    'restoreCourse',
    'deleted',
    async (world) => {
      const { id: courseId } = await stage(world);
      await world.by.admin.do('deleteCourse', { courseId }, '');
      return { courseId };
    },
    authors('NOT_FOUND'),
  ),
  mutation(
    'addInstructor',
    'of a published course',
    ({ scratch, by }) => ({ courseId: scratch.id, userId: by.admin.id }),
    authors('FORBIDDEN'),
  ),
  mutation(
    'removeInstructor',
    'of a published course',
    async ({ scratch, by }) => {
      const place = { courseId: scratch.id, userId: by.admin.id };
      await by.owner.do('addInstructor', place, '');
      return place;
    },
    authors('FORBIDDEN'),
  ),
];
