import { newId } from '@pcc/platform';
import {
  authors,
  connectionFields,
  entity,
  fields,
  fixture,
  mutation,
  shownTo,
  through,
} from '../../authorization/table.js';
import { writeCourse } from '../../test-courses.js';

const announcedCourse = fixture(async ({ by }) => {
  const { id: courseId } = await writeCourse(by.owner);
  await by.enrolled.do('enrollInCourse', { courseId }, '');
  const announcement = { title: 'News', body: 'Soon.', clientRequestId: newId() };
  await by.owner.do('createAnnouncement', { courseId, ...announcement }, '');
  return courseId;
});
const course = entity('Course', 'with an announcement', announcedCourse);
const list = through(course, 'announcements', 'AnnouncementConnection', 'its announcements');
const announcement = through(list, 'nodes', 'Announcement', 'an announcement');
const readers = shownTo('enrolled', 'owner', 'admin');

export const fieldRows = [
  ...fields(course, ['announcements'], readers),
  ...connectionFields(course, 'announcements', 'Announcement', readers),
  ...fields(announcement, ['id', 'title', 'body', 'author', 'createdAt'], readers),
];

export const mutationRows = [
  mutation(
    'createAnnouncement',
    'in a published course',
    ({ scratch }) => ({
      ...{ courseId: scratch.id, title: 'News', body: 'Soon.', clientRequestId: newId() },
    }),
    authors('FORBIDDEN'),
  ),
];
