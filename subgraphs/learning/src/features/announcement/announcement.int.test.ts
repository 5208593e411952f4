import { newId } from '@pcc/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCourse, type TestCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
let learner: Person;
let course: TestCourse;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor', 'Tia Teacher');
  learner = await learning.person();
  course = await writeCourse(teacher);
  await learner.do('enrollInCourse', { courseId: course.id }, '');
});
afterAll(() => learning.close());

const announce = (title: string, clientRequestId = newId(), courseId = course.id) =>
  teacher.do<{ announcement: { id: string } | null }>(
    'createAnnouncement',
    { courseId, title, body: 'Soon.', clientRequestId },
    'announcement { id }',
  );
const events = async () =>
  (
    await learning.sql(
      `SELECT data FROM learning.outbox WHERE type = 'announcement.created' ORDER BY event_id`,
    )
  ).length;

describe('an announcement', () => {
  it('is read by those enrolled, newest first, page by page', async () => {
    for (const title of ['One', 'Two', 'Three']) await announce(title);
    const document = `query ($slug: String!, $after: String) { course(slug: $slug) {
      announcements(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor }
        nodes { title body author { displayName } } } } }`;
    interface Answer {
      course: {
        announcements: {
          nodes: { title: string }[];
          totalCount: number;
          pageInfo: { hasNextPage: boolean; endCursor: string };
        } | null;
      };
    }
    const ask = async (person: Person, after: string | null = null) =>
      (await person.ask<Answer>(document, { slug: course.slug, after })).course.announcements;
    const first = await ask(learner);
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    expect(first?.nodes[0]).toEqual({
      ...{ title: 'Three', body: 'Soon.', author: { displayName: 'Tia Teacher' } },
    });
    const second = await ask(learner, first?.pageInfo.endCursor);
    expect(second?.nodes.map(({ title }) => title)).toEqual(['One']);
    expect(await ask(await learning.person())).toBeNull();
    expect(await learner.errors(document, { slug: course.slug, after: 'WzEsMl0' })).toEqual([
      'BAD_USER_INPUT',
    ]);
  });

  it('is made once, however often its request is sent, and told once', async () => {
    const before = await events();
    const key = newId();
    const all = [
      await announce('Once', key),
      await announce('Once', key),
      await announce('Once', key),
    ];
    expect(new Set(all.map(({ announcement }) => announcement?.id)).size).toBe(1);
    expect(await events()).toBe(before + 1);
    const told = await learning.heard(
      'announcement.created',
      ({ announcementId }) => announcementId === all[0]?.announcement?.id,
    );
    expect(told).toEqual({
      announcementId: all[0]?.announcement?.id,
      courseId: course.id,
      authorId: teacher.id,
    });
    const other = await writeCourse(teacher);
    const { userErrors } = await announce('Elsewhere', key, other.id);
    expect(userErrors[0]?.code).toBe('REQUEST_ID_REUSED');
  });

  it('is not made in a deleted course', async () => {
    const { id: courseId } = await writeCourse(teacher);
    await teacher.do('deleteCourse', { courseId }, '');
    expect((await announce('Hidden', newId(), courseId)).userErrors[0]?.code).toBe(
      'COURSE_DELETED',
    );
  });

  it('must say something', async () => {
    const refusal = (change: object) =>
      teacher.refusal('createAnnouncement', {
        ...{ courseId: course.id, title: 'T', body: 'B', clientRequestId: newId() },
        ...change,
      });
    expect(await refusal({ title: ' ' })).toBe('INVALID_INPUT');
    expect(await refusal({ body: '\n' })).toBe('INVALID_INPUT');
    expect(await refusal({ clientRequestId: '' })).toBe('INVALID_INPUT');
  });
});
