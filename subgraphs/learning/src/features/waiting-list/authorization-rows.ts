import {
  entity,
  everybody,
  fields,
  fixture,
  mutation,
  shownTo,
  through,
} from '../../authorization/table.js';
import { enroll } from '../../authorization/world.js';
import { writeCourse } from '../../test-courses.js';

/** One seat, which is taken; `enrolled` waits for it, with an offer. */
const fullCourse = fixture(async ({ by, learning }) => {
  const course = await writeCourse(by.owner, { fields: { capacity: 1 } });
  await enroll(await learning.person(), course);
  await by.enrolled.do('joinWaitingList', { courseId: course.id }, '');
  await learning.sql(
    `UPDATE learning.waiting_list SET status = 'OFFERED', offer_expires_at = now() + interval '1 day'
      WHERE course_id = $1`,
    [course.id],
  );
  return course.id;
});
const course = entity('Course', 'a full course', fullCourse);
const entry = through(course, 'viewerWaitingListEntry', 'WaitingListEntry', 'her place');

/** Full as well, for mutations. */
const anotherFullCourse = fixture(async ({ by, learning }) => {
  const { id } = await writeCourse(by.owner, { fields: { capacity: 1 } });
  await enroll(await learning.person(), { id });
  return id;
});

export const fieldRows = [
  ...fields(course, ['waitingCount'], everybody('ok')),
  ...fields(course, ['viewerWaitingListEntry'], shownTo('enrolled')),
  ...fields(
    entry,
    ['id', 'course', 'status', 'position', 'joinedAt', 'offerExpiresAt'],
    shownTo('enrolled'),
  ),
];

export const mutationRows = [
  mutation(
    'joinWaitingList',
    'of a full course',
    async (world) => ({ courseId: await anotherFullCourse(world) }),
    { ...everybody('ok'), anonymous: 'UNAUTHENTICATED' },
  ),
  mutation(
    'leaveWaitingList',
    'in which she is',
    async (world, who) => {
      const courseId = await anotherFullCourse(world);
      if (who === 'enrolled') await world.by[who].do('joinWaitingList', { courseId }, '');
      else
        await world.learning.sql('DELETE FROM learning.waiting_list WHERE user_id = $1', [
          world.by[who].id || null,
        ]);
      return { courseId };
    },
    { ...everybody('NOT_FOUND'), anonymous: 'UNAUTHENTICATED', enrolled: 'ok' },
  ),
];
