import { newId, type Role } from '@pcc/platform';
import { waitFor } from '@pcc/testkit';
import { Collection } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorCodes, startTestContent, type TestContent } from '../../test-support.js';

const start = `mutation ($input: StartDiscussionInput!) { startDiscussion(input: $input) {
  discussion { id title body replyCount author { id } course { id } } userErrors { code field } } }`;
const reply = `mutation ($input: ReplyToDiscussionInput!) { replyToDiscussion(input: $input) {
  reply { id body author { id } } discussion { replyCount } userErrors { code field } } }`;
const ofCourses = `query ($courses: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $courses) { ... on Course { id discussions(first: $first, after: $after) {
    nodes { id title replyCount replies(first: 2) { nodes { body } totalCount } }
    pageInfo { hasNextPage endCursor } totalCount } } } }`;

interface Started {
  startDiscussion: {
    discussion: { id: string; title: string } | null;
    userErrors: { code: string; field: string[] | null }[];
  };
}
interface Replied {
  replyToDiscussion: { discussion: { replyCount: number } | null; userErrors: { code: string }[] };
}
interface Courses {
  _entities: {
    discussions: {
      nodes: { id: string; title: string; replies: { nodes: { body: string }[] } }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
      totalCount: number;
    } | null;
  }[];
}

let content: TestContent;
beforeAll(async () => {
  content = await startTestContent();
});
afterAll(() => content.close());

const startAs = async (viewer: { id: string; role?: Role }, input: Record<string, unknown>) =>
  (await content.client.as(viewer).query<Started>(start, { input })).data.startDiscussion;
const replyAs = async (viewer: { id: string; role?: Role }, input: Record<string, unknown>) =>
  (await content.client.as(viewer).query<Replied>(reply, { input })).data.replyToDiscussion;
const references = (courseIds: readonly string[]) =>
  courseIds.map((id) => ({ __typename: 'Course', id }));

/** A course with a teacher and an enrolled student. */
const scene = async () => {
  const [student, teacher] = [newId(), newId()];
  const courseId = await content.course({ instructorIds: [teacher] });
  await content.enroll(student, courseId);
  return { student, teacher, courseId };
};

describe('discussions', () => {
  it('of a deleted course are for its instructors, until it is restored', async () => {
    const { student, teacher, courseId } = await scene();
    const course = { courseId, slug: courseId, title: 'T', language: 'en' };
    const tell = (version: number, change: object) =>
      content.tell(
        'course.changed',
        { ...course, status: 'PUBLISHED', instructorIds: [teacher], ...change },
        version,
      );
    const input = { courseId, title: 'Why?', body: 'Because.' };
    const codeOf = async (id: string) => (await startAs({ id }, input)).userErrors[0]?.code;
    await tell(2, { status: 'ARCHIVED', deleted: true });
    expect([await codeOf(student), await codeOf(teacher)]).toEqual(['FORBIDDEN', undefined]);
    await tell(3, {});
    expect(await codeOf(student)).toBeUndefined();
  });

  it('are for those enrolled, the instructors and admins', async () => {
    const { student, teacher, courseId } = await scene();
    const input = { courseId, title: 'Why?', body: 'Because.' };
    const outsider = newId();
    for (const viewer of [
      { id: student },
      { id: teacher },
      { id: newId(), role: 'admin' as const },
    ]) {
      const { discussion } = await startAs(viewer, input);
      expect(discussion).toMatchObject({ title: 'Why?', author: { id: viewer.id } });
    }
    // An instructor of other courses is an outsider here.
    for (const viewer of [{ id: outsider }, { id: outsider, role: 'instructor' as const }]) {
      expect((await startAs(viewer, input)).userErrors).toEqual([
        { code: 'FORBIDDEN', field: ['input', 'courseId'] },
      ]);
    }
    const variables = { courses: references([courseId]) };
    const read = await content.client.as({ id: student }).query<Courses>(ofCourses, variables);
    expect(read.data._entities[0]?.discussions?.nodes).toHaveLength(3);
    const refused = await content.client.as({ id: outsider }).query<Courses>(ofCourses, variables);
    expect(refused.data._entities[0]?.discussions).toBeNull();
    expect(errorCodes(refused)).toEqual(['FORBIDDEN']);
    expect(errorCodes(await content.client.anonymous.query(ofCourses, variables))).toEqual([
      'UNAUTHENTICATED',
    ]);
  });

  it('close to a learner whose enrolment ended, also when the events come in the wrong order', async () => {
    const student = newId();
    const courseId = await content.course();
    const enrollmentId = newId();
    const data = { enrollmentId, userId: student, courseId };
    await content.tell('enrollment.ended', { ...data, reason: 'REFUNDED' });
    await content.tell('enrollment.created', data);
    const { userErrors } = await startAs({ id: student }, { courseId, title: 'a', body: 'b' });
    expect(userErrors.map(({ code }) => code)).toEqual(['FORBIDDEN']);
  });

  it('announce themselves to the instructors, but not to their author', async () => {
    const { student, teacher, courseId } = await scene();
    const { discussion } = await startAs({ id: student }, { courseId, title: 'Why?', body: 'B' });
    await startAs({ id: teacher }, { courseId, title: 'Rules', body: 'B' });
    const logs = content.mongo.db.collection('notification_logs');
    const found = await waitFor(() =>
      logs.findOne({ recipientId: teacher, kind: 'DISCUSSION_STARTED' }),
    );
    expect(found['courseId']).toBe(courseId);
    await waitFor(() => content.emitted.filter(({ type }) => type === 'discussion.created')[1]);
    expect(content.emitted[0]).toMatchObject({
      type: 'discussion.created',
      data: { authorId: expect.any(String) as string },
    });
    expect(content.emitted.some(({ aggregateId }) => aggregateId === discussion?.id)).toBe(true);
    expect(await logs.countDocuments({ recipientId: teacher, kind: 'DISCUSSION_STARTED' })).toBe(1);
  });

  it('check their input', async () => {
    const { student, courseId } = await scene();
    const viewer = { id: student };
    const body = 'x';
    const cases = [
      [{ courseId, title: ' ', body }, 'INVALID_INPUT', 'title'],
      [{ courseId, title: 'x'.repeat(201), body }, 'INVALID_INPUT', 'title'],
      [{ courseId, title: 'x', body: 'x'.repeat(10_001) }, 'INVALID_INPUT', 'body'],
      [{ courseId: newId(), title: 'x', body }, 'NOT_FOUND', 'courseId'],
      [{ courseId: '{"$gt":""}', title: 'x', body }, 'NOT_FOUND', 'courseId'],
    ] as const;
    for (const [input, code, field] of cases) {
      expect((await startAs(viewer, input)).userErrors).toEqual([
        { code, field: ['input', field] },
      ]);
    }
    expect((await replyAs(viewer, { discussionId: 'nonsense', body })).userErrors[0]?.code).toBe(
      'NOT_FOUND',
    );
  });

  it('slow down a flood of posts', async () => {
    const { student, courseId } = await scene();
    const answers = await Promise.all(
      Array.from({ length: 25 }, () =>
        startAs({ id: student }, { courseId, title: 'x', body: 'y' }),
      ),
    );
    const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'TOO_MANY_POSTS'));
  });

  it('count parallel replies without losing one, and page them', async () => {
    const { student, teacher, courseId } = await scene();
    const { discussion } = await startAs({ id: student }, { courseId, title: 'x', body: 'y' });
    const discussionId = discussion?.id;
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        replyAs({ id: index % 2 === 0 ? student : teacher }, { discussionId, body: `r${index}` }),
      ),
    );
    const outsider = await replyAs({ id: newId() }, { discussionId, body: 'x' });
    expect(outsider.userErrors[0]?.code).toBe('FORBIDDEN');
    const query = `query ($id: ID!) { discussion(id: $id) { replyCount replies(first: 5) {
      nodes { id } pageInfo { hasNextPage endCursor } totalCount } } }`;
    const { data } = await content.client.as({ id: student }).query(query, { id: discussionId });
    expect(data['discussion']).toMatchObject({
      replyCount: 8,
      replies: { totalCount: 8, pageInfo: { hasNextPage: true } },
    });
  });

  it('page newest first', async () => {
    const { student, courseId } = await scene();
    for (const title of ['a', 'b', 'c'])
      await startAs({ id: student }, { courseId, title, body: 'x' });
    const page = async (after?: string) => {
      const variables = { courses: references([courseId]), first: 2, after };
      const answer = await content.client.as({ id: student }).query<Courses>(ofCourses, variables);
      return answer.data._entities[0]?.discussions;
    };
    const first = await page();
    expect(first?.nodes.map(({ title }) => title)).toEqual(['c', 'b']);
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const second = await page(first?.pageInfo.endCursor);
    expect(second?.nodes.map(({ title }) => title)).toEqual(['a']);
    expect(second?.pageInfo.hasNextPage).toBe(false);
  });

  it('of many courses take as many statements as of one', async () => {
    const student = newId();
    const courseIds: string[] = [];
    for (let index = 0; index < 9; index++) {
      const courseId = await content.course();
      await content.enroll(student, courseId);
      const { discussion } = await startAs(
        { id: student },
        { courseId, title: `t${index}`, body: 'x' },
      );
      await replyAs({ id: student }, { discussionId: discussion?.id, body: 'r' });
      courseIds.push(courseId);
    }
    // Consumer and worker read too; let them finish.
    await waitFor(async () => {
      const { db } = content.mongo;
      const events = await db.collection('outbox').countDocuments({ publishedAt: null });
      const queued = await db
        .collection('notification_queue')
        .countDocuments({ status: 'PENDING' });
      return events + queued === 0;
    });
    const reads = [
      vi.spyOn(Collection.prototype, 'find'),
      vi.spyOn(Collection.prototype, 'aggregate'),
    ];
    const commands = async (ids: readonly string[]) => {
      for (const spy of reads) spy.mockClear();
      const variables = { courses: references(ids), first: 3 };
      const answer = await content.client.as({ id: student }).query<Courses>(ofCourses, variables);
      expect(answer.errors).toBeUndefined();
      expect(answer.data._entities.map((course) => course.discussions?.nodes[0]?.title)).toEqual(
        ids.map((id) => `t${courseIds.indexOf(id)}`),
      );
      return reads.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    };
    const few = await commands(courseIds.slice(0, 2));
    // Two for access, one each for discussions, their replies and the count.
    expect(few).toBe(5);
    expect(await commands(courseIds)).toBe(few);
    vi.restoreAllMocks();
  });
});
