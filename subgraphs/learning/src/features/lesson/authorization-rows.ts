import {
  authors,
  entity,
  everybody,
  fields,
  fixture,
  mutation,
  ownerAndAdmin,
  query,
  reference,
  shownTo,
  through,
} from '../../authorization/table.js';
import { writeCourse, writeLesson } from '../../test-courses.js';

const course = entity('Course', 'a published course', (world) => world.course.id);
const module = through(course, 'modules', 'CourseModule', 'its module');
const first = entity('Lesson', 'of a published course', (world) => world.course.lessonIds[0]);
const second = entity('Lesson', 'that requires another', (world) => world.course.lessonIds[1]);
const unpublished = entity('Lesson', 'of a draft', ({ draft }) => draft.lessonIds[0]);
const injection = entity('Lesson', 'an injection', () => "' OR 1=1 --");

const lessonAfterHiddenOne = fixture(async ({ by }) => {
  const { moduleId, lessonIds } = await writeCourse(by.owner);
  const hidden = await writeLesson(by.owner, moduleId, { title: 'Hidden', isPublished: false });
  await by.owner.do(
    'setLessonPrerequisites',
    { lessonId: lessonIds[0], prerequisiteIds: [hidden] },
    '',
  );
  return lessonIds[0];
});
const afterHiddenOne = entity('Lesson', 'that requires an unpublished one', lessonAfterHiddenOne);

const arranged = fixture(({ by }) => writeCourse(by.owner, { publish: false, lessons: 2 }));

const titles = ['id', 'title', 'summary', 'isLocked', 'kind', 'position'];

export const fieldRows = [
  reference(first, everybody('ok')),
  reference(unpublished, ownerAndAdmin),
  reference(injection, everybody('hidden')),
  ...fields(course, ['modules', 'lessonCount'], everybody('ok')),
  ...fields(module, ['id', 'title', 'position', 'lessons'], everybody('ok')),
  ...fields(
    first,
    [
      ...titles,
      'isPublished',
      'isPreview',
      'difficulty',
      'durationMinutes',
      'externalKey',
      'version',
      'course',
    ],
    everybody('ok'),
  ),
  ...fields(first, ['body'], shownTo('enrolled', 'owner', 'admin')),
  ...fields(second, ['prerequisites'], everybody('ok')),
  ...fields(afterHiddenOne, ['prerequisites'], ownerAndAdmin),
  ...fields(second, ['body'], ownerAndAdmin),
  ...fields(unpublished, [...titles, 'body'], ownerAndAdmin),
  query(
    'lesson',
    'of a published course',
    (world) => `lesson(id: "${world.course.lessonIds[0]}")`,
    everybody('ok'),
  ),
  query(
    'lesson',
    'of a draft',
    ({ draft }) => `lesson(id: "${draft.lessonIds[0]}")`,
    ownerAndAdmin,
  ),
];

export const mutationRows = [
  mutation(
    'createModule',
    'in a published course',
    ({ scratch }) => ({ courseId: scratch.id, title: 'Module' }),
    authors('FORBIDDEN'),
  ),
  mutation(
    'createModule',
    'in a draft',
    ({ draft }) => ({ courseId: draft.id, title: 'Module' }),
    authors('NOT_FOUND'),
  ),
  mutation(
    'createLesson',
    'in a draft',
    ({ draft }) => ({ moduleId: draft.moduleId, title: 'Lesson' }),
    authors('NOT_FOUND'),
  ),
  mutation(
    'updateLesson',
    'of a published course',
    ({ scratch }) => ({ lessonId: scratch.lessonIds[1], title: 'Lesson' }),
    authors('FORBIDDEN'),
  ),
  mutation(
    'setLessonPrerequisites',
    'of a published course',
    ({ scratch }) => ({ lessonId: scratch.lessonIds[1], prerequisiteIds: [] }),
    authors('FORBIDDEN'),
  ),
  mutation(
    'updateModule',
    'of a published course',
    ({ scratch }) => ({ moduleId: scratch.moduleId, title: 'Module' }),
    authors('FORBIDDEN'),
  ),
  mutation(
    'moveModule',
    'of a published course',
    ({ scratch }) => ({ moduleId: scratch.moduleId, position: 1 }),
    authors('FORBIDDEN'),
  ),
  mutation(
    'reorderModules',
    'of a draft',
    async (world) => {
      const { id: courseId, moduleId } = await arranged(world);
      return { courseId, moduleIds: [moduleId] };
    },
    authors('NOT_FOUND'),
  ),
  mutation(
    'deleteModule',
    'of a published course',
    async ({ by, scratch }) => {
      const { module } = await by.owner.do<{ module: { id: string } }>(
        'createModule',
        { courseId: scratch.id, title: 'Empty' },
        'module { id }',
      );
      return { moduleId: module.id };
    },
    authors('FORBIDDEN'),
  ),
  mutation(
    'moveLesson',
    'of a published course',
    ({ scratch }) => ({ lessonId: scratch.lessonIds[1], position: 1 }),
    authors('FORBIDDEN'),
  ),
  mutation(
    'reorderLessons',
    'of a draft',
    async (world) => {
      const { moduleId, lessonIds } = await arranged(world);
      return { moduleId, lessonIds };
    },
    authors('NOT_FOUND'),
  ),
  mutation(
    'deleteLesson',
    'of a published course',
    async ({ by, scratch }) => ({
      lessonId: await writeLesson(by.owner, scratch.moduleId, { title: 'Short-lived' }),
    }),
    authors('FORBIDDEN'),
  ),
];
