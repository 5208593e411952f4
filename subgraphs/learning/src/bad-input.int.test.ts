import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@pcc/platform';
import { writeCourse, type TestCourse } from './test-courses.js';
import { startTestLearning, type Person, type TestLearning } from './test-support.js';

let learning: TestLearning;
let admin: Person;
let student: Person;
let draft: TestCourse;
beforeAll(async () => {
  learning = await startTestLearning();
  admin = await learning.person('admin');
  student = await learning.person();
  draft = await writeCourse(admin, { publish: false });
});
afterAll(() => learning.close());

describe('bad input', () => {
  it('is refused with a code and the field at fault', async () => {
    const refusal = async (mutation: string, input: Record<string, unknown>) => {
      const { userErrors } = await admin.do(mutation, input, '');
      return userErrors.map(({ code, field }) => [code, field?.join('.')]);
    };
    expect(await refusal('updateCourse', { courseId: 'x' })).toEqual([
      ['NOT_FOUND', 'input.courseId'],
    ]);
    expect(await refusal('createModule', { courseId: newId(), title: 'M' })).toEqual([
      ['NOT_FOUND', 'input.courseId'],
    ]);
    expect(await refusal('createLesson', { moduleId: newId(), title: 'L' })).toEqual([
      ['NOT_FOUND', 'input.moduleId'],
    ]);
    expect(await refusal('changeUserRole', { userId: newId(), role: 'ADMIN' })).toEqual([
      ['NOT_FOUND', 'input.userId'],
    ]);
    const course = { title: '', slug: 'No Slug', capacity: -1, summary: 'NUL \0' };
    expect((await refusal('createCourse', course)).map(([, field]) => field).sort()).toEqual([
      'input.capacity',
      'input.slug',
      'input.summary',
      'input.title',
    ]);
    const lesson = { moduleId: draft.moduleId, title: 'L', difficulty: 11 };
    expect(await refusal('createLesson', lesson)).toEqual([['INVALID_INPUT', 'input.difficulty']]);
  });

  it('is null for what is not there', async () => {
    const document = `{ a: lesson(id: "x") { id } b: quiz(id: "x") { id } c: course(slug: "\\u0000") { id }
      d: verifyCertificate(code: "\\u0000") { valid } }`;
    expect(await student.ask(document)).toEqual({ a: null, b: null, c: null, d: null });
  });

  it('is an error for a page of no size', async () => {
    expect(await student.errors('{ courses(first: 101) { nodes { id } } }')).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect(await student.errors('{ me { enrollments(first: -1) { totalCount } } }')).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect(await student.errors('{ me { enrollments(after: "?") { totalCount } } }')).toEqual([
      'BAD_USER_INPUT',
    ]);
  });
});
