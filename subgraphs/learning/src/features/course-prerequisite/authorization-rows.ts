import {
  authors,
  entity,
  everybody,
  fields,
  fixture,
  mutation,
  ownerAndAdmin,
} from '../../authorization/table.js';
import { writeCourse } from '../../test-courses.js';

/** Two courses: the second requires the first. */
const pair = (publish: boolean) =>
  fixture(async ({ by }) => {
    const first = await writeCourse(by.owner, { publish });
    const { id: courseId } = await writeCourse(by.owner);
    const input = { courseId, prerequisiteIds: [first.id] };
    await by.owner.do('setCoursePrerequisites', input, '');
    return courseId;
  });
const afterPublished = entity('Course', 'that requires a published one', pair(true));
const afterDraft = entity('Course', 'that requires a draft', pair(false));

export const fieldRows = [
  ...fields(afterPublished, ['prerequisites'], everybody('ok')),
  ...fields(afterDraft, ['prerequisites'], ownerAndAdmin),
];

export const mutationRows = [
  mutation(
    'setCoursePrerequisites',
    'of a published course',
    ({ scratch }) => ({ courseId: scratch.id, prerequisiteIds: [] }),
    authors('FORBIDDEN'),
  ),
];
