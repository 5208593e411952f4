import { newId } from '@pcc/platform';
import type { Person } from './test-support.js';

export interface TestCourse {
  readonly id: string;
  readonly slug: string;
  readonly moduleId: string;
  readonly lessonIds: readonly string[];
}

/** A course written through the graph by its author: one module, so many lessons. */
export async function writeCourse(
  author: Person,
  options: { lessons?: number; publish?: boolean; fields?: Record<string, unknown> } = {},
): Promise<TestCourse> {
  const { lessons = 1, publish = true, fields = {} } = options;
  const title = `Course ${newId()}`;
  // Commerce, which would name a price before publication, is not here: it is sold once it is published.
  const isSold = publish && fields['access'] === 'PAID';
  const access = isSold ? { access: 'FREE' } : {};
  const { course } = await author.do<{ course: { id: string; slug: string } }>(
    'createCourse',
    { title, summary: 'A course for tests.', objectives: ['Pass.'], ...fields, ...access },
    'course { id slug }',
  );
  const { module } = await author.do<{ module: { id: string } }>(
    'createModule',
    { courseId: course.id, title: 'Module' },
    'module { id }',
  );
  const lessonIds: string[] = [];
  for (let number = 1; number <= lessons; number++) {
    lessonIds.push(await writeLesson(author, module.id, { title: `Lesson ${number}` }));
  }
  if (publish) {
    const { userErrors } = await author.do('publishCourse', { courseId: course.id }, '');
    if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  }
  if (isSold) await author.do('updateCourse', { courseId: course.id, access: 'PAID' }, '');
  return { ...course, moduleId: module.id, lessonIds };
}

export async function writeLesson(
  author: Person,
  moduleId: string,
  fields: Record<string, unknown>,
): Promise<string> {
  const { lesson, userErrors } = await author.do<{ lesson: { id: string } | null }>(
    'createLesson',
    { moduleId, body: 'Text.', ...fields },
    'lesson { id }',
  );
  if (lesson === null) throw new Error(JSON.stringify(userErrors));
  return lesson.id;
}
