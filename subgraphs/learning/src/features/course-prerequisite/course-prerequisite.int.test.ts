import { newId } from '@pcc/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCourse, type TestCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
let colleague: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
  colleague = await learning.person('instructor');
});
afterAll(() => learning.close());

const titled = (title: string, by = teacher, publish = true) =>
  writeCourse(by, { fields: { title }, publish });
const set = (course: TestCourse, ids: (string | undefined)[], by = teacher) =>
  by.do<{ course: { prerequisites: { title: string }[] } | null }>(
    'setCoursePrerequisites',
    { courseId: course.id, prerequisiteIds: ids },
    'course { prerequisites { title } }',
  );

it('replaces those before, and shows them by title', async () => {
  const [a, b, c] = [await titled('A'), await titled('B'), await titled('C')];
  await set(c, [b.id]);
  const { course } = await set(c, [b.id, a.id, a.id]);
  expect(course?.prerequisites).toEqual([{ title: 'A' }, { title: 'B' }]);
  // The shop refuses by what it is told.
  const { prerequisiteIds } = await learning.heard(
    'course.changed',
    (told) => told.courseId === c.id && told.prerequisiteIds?.length === 2,
  );
  expect(prerequisiteIds).toEqual([a.id, b.id].sort());
});

it('refuses a cycle, and names the path', async () => {
  const [a, b, c] = [await titled('A'), await titled('B'), await titled('C')];
  await set(b, [a.id]);
  await set(c, [b.id]);
  expect((await set(a, [c.id])).userErrors).toEqual([
    {
      code: 'COURSE_PREREQUISITE_CYCLE',
      message: 'This makes a cycle: "A" → "C" → "B" → "A".',
      field: ['input', 'prerequisiteIds'],
    },
  ]);
  expect((await set(a, [a.id])).userErrors[0]?.message).toBe('This makes a cycle: "A" → "A".');
  // What c required before does not count: it is replaced.
  expect((await set(c, [])).userErrors).toEqual([]);
  expect((await set(a, [c.id])).userErrors).toEqual([]);
});

it("does not tell of others' drafts, neither in the path nor in the list", async () => {
  const mine = await titled('Mine');
  const secret = await titled('Secret', colleague, false);
  expect((await set(mine, [secret.id])).userErrors[0]?.code).toBe('NOT_FOUND');
  await set(secret, [mine.id], colleague);
  const open = await titled('Open', colleague);
  await set(open, [secret.id], colleague);
  expect((await set(mine, [open.id])).userErrors[0]?.message).toBe(
    'This makes a cycle: "Mine" → "Open" → "…" → "Mine".',
  );
  const listed = 'query ($slug: String!) { course(slug: $slug) { prerequisites { title } } }';
  expect(await teacher.ask(listed, { slug: open.slug })).toEqual({ course: { prerequisites: [] } });
});

it('refuses what is not there, and too many', async () => {
  const course = await titled('Course');
  const codeOf = async (ids: string[]) => (await set(course, ids)).userErrors[0]?.code;
  expect(await codeOf([newId()])).toBe('NOT_FOUND');
  expect(await codeOf(['x'])).toBe('NOT_FOUND');
  expect(await codeOf(Array.from({ length: 21 }, () => newId()))).toBe('INVALID_INPUT');
});
