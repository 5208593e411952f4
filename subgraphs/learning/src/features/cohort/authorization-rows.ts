import {
  authors,
  connectionFields,
  entity,
  fields,
  fixture,
  forTeachers,
  mutation,
  query,
  reference,
  shownTo,
} from '../../authorization/table.js';
import type { World } from '../../authorization/world.js';
import { writeCourse } from '../../test-courses.js';

const makeCohort = async ({ by }: World, courseId: string): Promise<string> => {
  const { cohort } = await by.owner.do<{ cohort: { id: string } }>(
    'createCohort',
    {
      courseId,
      name: 'Spring',
      startsAt: '2020-01-01T00:00:00.000Z',
      endsAt: '2999-01-01T00:00:00.000Z',
      capacity: 10,
    },
    'cohort { id }',
  );
  return cohort.id;
};

/** With `enrolled` in it. */
const cohortOf = fixture(async (world) => {
  const { id: courseId } = await writeCourse(world.by.owner);
  const id = await makeCohort(world, courseId);
  await world.by.owner.do(
    'addCohortMembers',
    { cohortId: id, userIds: [world.by.enrolled.id] },
    '',
  );
  return { id, courseId };
});
const cohort = entity('Cohort', 'a cohort', async (world) => (await cohortOf(world)).id);
const course = entity('Course', 'with a cohort', async (world) => (await cohortOf(world)).courseId);

const membersAndTeachers = shownTo('enrolled', 'owner', 'admin');
/** Whoever sees no cohort cannot ask for its roster. */
const roster = { ...shownTo('owner', 'admin'), enrolled: 'FORBIDDEN' };

export const fieldRows = [
  reference(cohort, membersAndTeachers),
  query(
    'cohort',
    'by its id',
    async (world) => `cohort(id: "${(await cohortOf(world)).id}")`,
    membersAndTeachers,
  ),
  ...fields(
    cohort,
    ['id', 'name', 'course', 'startsAt', 'endsAt', 'capacity', 'memberCount'],
    membersAndTeachers,
  ),
  ...fields(cohort, ['enrollments'], roster),
  ...fields(course, ['cohorts'], forTeachers),
  ...connectionFields(course, 'cohorts', 'Cohort', forTeachers),
];

const scratchCohort = fixture((world) => makeCohort(world, world.scratch.id));

export const mutationRows = [
  mutation(
    'createCohort',
    'of a published course',
    ({ scratch }) => ({ courseId: scratch.id, name: 'Autumn' }),
    authors('FORBIDDEN'),
  ),
  mutation(
    'updateCohort',
    'of a published course',
    async (world) => ({ cohortId: await scratchCohort(world), name: 'Winter' }),
    authors('NOT_FOUND'),
  ),
  mutation(
    'addCohortMembers',
    'of a published course',
    async (world) => ({
      cohortId: await scratchCohort(world),
      userIds: [world.by.enrolled.id],
    }),
    authors('NOT_FOUND'),
  ),
  mutation(
    'removeCohortMembers',
    'of a published course',
    async (world) => ({
      cohortId: await scratchCohort(world),
      userIds: [world.by.student.id],
    }),
    authors('NOT_FOUND'),
  ),
];
