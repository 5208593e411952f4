import { newId } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCourse, writeLesson, type TestCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
});
afterAll(() => learning.close());

const addModule = async (courseId: string, title: string) =>
  (
    await teacher.do<{ module: { id: string } }>(
      'createModule',
      { courseId, title },
      'module { id }',
    )
  ).module.id;
/** Titles of lessons by module, each in order; positions must be without gaps. */
async function shape({ slug }: TestCourse) {
  const { course } = await teacher.ask<{
    course: {
      modules: {
        title: string;
        position: number;
        lessons: { title: string; position: number }[];
      }[];
    };
  }>(
    `query ($slug: String!) { course(slug: $slug) { modules { title position lessons { title position } } } }`,
    { slug },
  );
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const { modules } = course;
  expect(modules.map(({ position }) => position)).toEqual(upTo(modules.length));
  for (const { lessons } of modules) {
    expect(lessons.map(({ position }) => position)).toEqual(upTo(lessons.length));
  }
  return modules.map(({ title, lessons }) => [title, lessons.map((one) => one.title).join()]);
}
const change = (mutation: string, input: Record<string, unknown>) =>
  teacher.refusal(mutation, input);

describe('the order', () => {
  it('of modules is changed one by one, or at once', async () => {
    const course = await writeCourse(teacher, { lessons: 0, publish: false });
    const [a, b] = [await addModule(course.id, 'A'), await addModule(course.id, 'B')];
    expect(await change('moveModule', { moduleId: b, position: 1 })).toBeUndefined();
    const titles = async () => (await shape(course)).map(([title]) => title);
    expect(await titles()).toEqual(['B', 'Module', 'A']);
    const moduleIds = [a, b, course.moduleId];
    expect(await change('reorderModules', { courseId: course.id, moduleIds })).toBeUndefined();
    expect(await titles()).toEqual(['A', 'B', 'Module']);
    for (const wrong of [
      [a, b],
      [a, b, b],
      [a, b, newId()],
      [a, b, 'x'],
    ]) {
      expect(await change('reorderModules', { courseId: course.id, moduleIds: wrong })).toBe(
        'ORDER_MISMATCH',
      );
    }
    expect(await change('updateModule', { moduleId: a, title: 'First' })).toBeUndefined();
    expect(await titles()).toEqual(['First', 'B', 'Module']);
    expect(await change('moveModule', { moduleId: a, position: 0 })).toBe('INVALID_INPUT');
    await learning.heard('course.content_changed', ({ moduleId }) => moduleId === a);
  });

  it('of lessons is changed in a module and between modules', async () => {
    const course = await writeCourse(teacher, { lessons: 3, publish: false });
    const [one, two, three] = course.lessonIds;
    const next = await addModule(course.id, 'Next');
    await writeLesson(teacher, next, { title: 'Last' });
    expect(await change('moveLesson', { lessonId: three, position: 1 })).toBeUndefined();
    expect(await shape(course)).toEqual([
      ['Module', 'Lesson 3,Lesson 1,Lesson 2'],
      ['Next', 'Last'],
    ]);
    expect(
      await change('moveLesson', { lessonId: one, moduleId: next, position: 1 }),
    ).toBeUndefined();
    expect(await shape(course)).toEqual([
      ['Module', 'Lesson 3,Lesson 2'],
      ['Next', 'Lesson 1,Last'],
    ]);
    const reorder = { moduleId: course.moduleId, lessonIds: [two, three] };
    expect(await change('reorderLessons', reorder)).toBeUndefined();
    expect((await shape(course))[0]).toEqual(['Module', 'Lesson 2,Lesson 3']);
    expect(await change('reorderLessons', { ...reorder, lessonIds: [two, one] })).toBe(
      'ORDER_MISMATCH',
    );
    const elsewhere = await writeCourse(teacher);
    const away = { lessonId: one, moduleId: elsewhere.moduleId, position: 1 };
    expect(await change('moveLesson', away)).toBe('OTHER_COURSE');
    expect(await change('moveLesson', { ...away, moduleId: newId() })).toBe('NOT_FOUND');
  });
});

describe('taking away', () => {
  it('leaves no gap, and a module only when it is empty', async () => {
    const course = await writeCourse(teacher, { lessons: 3, publish: false });
    const [one, two, three] = course.lessonIds;
    await addModule(course.id, 'Next');
    await teacher.do('setLessonPrerequisites', { lessonId: three, prerequisiteIds: [two] }, '');
    expect(await change('deleteLesson', { lessonId: two })).toBeUndefined();
    expect((await shape(course))[0]).toEqual(['Module', 'Lesson 1,Lesson 3']);
    expect(await change('deleteLesson', { lessonId: two })).toBe('NOT_FOUND');
    const module = { moduleId: course.moduleId };
    expect(await change('deleteModule', module)).toBe('MODULE_NOT_EMPTY');
    for (const lessonId of [one, three]) await change('deleteLesson', { lessonId });
    expect(await change('deleteModule', module)).toBeUndefined();
    expect(await shape(course)).toEqual([['Next', '']]);
  });

  it("lets nobody's progress fall, and completes the course of who has nothing left", async () => {
    const course = await writeCourse(teacher, { lessons: 4 });
    const [one, two, three, four] = course.lessonIds;
    const learner = await learning.person();
    await learner.do('enrollInCourse', { courseId: course.id }, '');
    for (const lessonId of [one, two]) await learner.do('completeLesson', { lessonId }, '');
    const enrollment = async () => {
      const [row] = await learning.sql(
        `SELECT status, progress_percent AS percent, completed_lesson_count AS completed
           FROM learning.enrollments WHERE course_id = $1`,
        [course.id],
      );
      return row;
    };
    expect(await enrollment()).toEqual({ status: 'ACTIVE', percent: 50, completed: 2 });
    await change('deleteLesson', { lessonId: two });
    expect(await enrollment()).toEqual({ status: 'ACTIVE', percent: 50, completed: 1 });
    await change('deleteLesson', { lessonId: three });
    expect(await enrollment()).toEqual({ status: 'ACTIVE', percent: 50, completed: 1 });
    await change('deleteLesson', { lessonId: four });
    expect(await enrollment()).toEqual({ status: 'COMPLETED', percent: 100, completed: 1 });
    await learning.heard('course.completed', ({ courseId }) => courseId === course.id);
  });
});

it('tells the second of two authors who write the same lesson', async () => {
  const course = await writeCourse(teacher, { publish: false });
  const [lessonId] = course.lessonIds;
  const write = (expectedVersion: number) =>
    change('updateLesson', { lessonId, body: newId(), expectedVersion });
  expect(await write(1)).toBeUndefined();
  expect(await write(1)).toBe('CONFLICT');
  expect(await write(2)).toBeUndefined();
});
