import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '@pcc/platform';
import { writeCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
let student: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
  student = await learning.person('student');
});
afterAll(() => learning.close());

const bySlug = 'query ($slug: String!) { course(slug: $slug) { id title slug } }';
describe('authoring', () => {
  it('tells of each change with a higher version', async () => {
    const { id, slug } = await writeCourse(teacher, { publish: false });
    await teacher.do('updateCourse', { courseId: id, title: 'New title', language: 'PT' }, '');
    await teacher.do('publishCourse', { courseId: id }, '');
    await learning.heard('course.changed', (d) => d.courseId === id && d.status === 'PUBLISHED');
    const events = learning.told.filter(({ aggregateId }) => aggregateId === id);
    expect(
      events.map(({ aggregateVersion, data }) => ({ aggregateVersion, ...data })),
    ).toMatchObject([
      { aggregateVersion: 1, status: 'DRAFT', slug, language: 'en', instructorIds: [teacher.id] },
      { aggregateVersion: 2, status: 'DRAFT', title: 'New title', language: 'pt' },
      { aggregateVersion: 3, status: 'PUBLISHED', title: 'New title' },
    ]);
  });

  it('publishes only what is complete, and says all that is missing', async () => {
    const { course } = await teacher.do<{ course: { id: string } }>(
      'createCourse',
      { title: `Empty ${newId()}` },
      'course { id }',
    );
    const { userErrors } = await teacher.do('publishCourse', { courseId: course.id }, '');
    expect(userErrors.map(({ code }) => code)).toEqual([
      'MISSING_SUMMARY',
      'MISSING_OBJECTIVES',
      'NO_PUBLISHED_LESSON',
    ]);
  });

  it('does nothing to a course that is published already', async () => {
    const { id } = await writeCourse(teacher);
    const before = await learning.sql('SELECT * FROM learning.courses WHERE id = $1', [id]);
    expect(await teacher.refusal('publishCourse', { courseId: id })).toBeUndefined();
    const after = await learning.sql('SELECT * FROM learning.courses WHERE id = $1', [id]);
    expect(after).toEqual(before);
  });

  it('leads from old slugs to the new one, and gives none away', async () => {
    const { id, slug } = await writeCourse(teacher);
    const next = `renamed-${newId()}`;
    await teacher.do('updateCourse', { courseId: id, slug: next }, '');
    for (const known of [slug, next]) {
      expect(await learning.anonymous.ask(bySlug, { slug: known })).toMatchObject({
        course: { id, slug: next },
      });
    }
    expect(await teacher.refusal('createCourse', { title: 'Thief', slug })).toBe('SLUG_TAKEN');
    const other = await writeCourse(teacher);
    const theft = { courseId: other.id, slug };
    expect(await teacher.refusal('updateCourse', theft)).toBe('SLUG_TAKEN');
    expect(await teacher.refusal('updateCourse', { courseId: id, slug })).toBeUndefined();
  });

  it('makes different slugs from the same title', async () => {
    const title = `Same ${newId()}`;
    const slugs = [];
    for (let number = 1; number <= 2; number++) {
      const { course } = await teacher.do<{ course: { slug: string } }>(
        'createCourse',
        { title },
        'course { slug }',
      );
      slugs.push(course.slug);
    }
    expect(new Set(slugs).size).toBe(2);
  });

  it('lets an admin name who teaches, and only those who can', async () => {
    const admin = await learning.person('admin');
    const create = (instructorIds: string[]) =>
      admin.do<{ course: { instructors: { id: string }[] } | null }>(
        'createCourse',
        { title: `Named ${newId()}`, instructorIds },
        'course { instructors { id } }',
      );
    expect((await create([teacher.id])).course?.instructors).toEqual([{ id: teacher.id }]);
    expect((await create([student.id])).userErrors[0]?.code).toBe('NOT_AN_INSTRUCTOR');
    expect((await create([newId()])).userErrors[0]?.code).toBe('NOT_FOUND');
    const other = { title: 'Not mine', instructorIds: [admin.id] };
    expect(await teacher.refusal('createCourse', other)).toBe('FORBIDDEN');
  });
});

describe('the catalogue', () => {
  it('shows drafts to their authors and admins only, and never in lists', async () => {
    const { slug, id } = await writeCourse(teacher, { publish: false });
    const admin = await learning.person('admin');
    const otherTeacher = await learning.person('instructor');
    const seenBy = async (person: Person) =>
      (await person.ask<{ course: unknown }>(bySlug, { slug })).course !== null;
    expect(await seenBy(teacher)).toBe(true);
    expect(await seenBy(admin)).toBe(true);
    expect(await seenBy(otherTeacher)).toBe(false);
    expect(await seenBy(learning.anonymous)).toBe(false);
    const list = '{ courses(first: 100) { nodes { id } } }';
    const { courses } = await teacher.ask<{ courses: { nodes: { id: string }[] } }>(list);
    expect(courses.nodes.map((course) => course.id)).not.toContain(id);
  });

  it('pages through everything once, newest first', async () => {
    for (let number = 1; number <= 5; number++) await writeCourse(teacher);
    const document = `query ($after: String) { courses(first: 2, after: $after) {
      nodes { id publishedAt } pageInfo { hasNextPage endCursor } totalCount } }`;
    interface Page {
      courses: {
        nodes: { id: string; publishedAt: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
        totalCount: number;
      };
    }
    const seen: { id: string; publishedAt: string }[] = [];
    let after: string | null = null;
    let total: number;
    for (;;) {
      const { courses }: Page = await learning.anonymous.ask<Page>(document, { after });
      seen.push(...courses.nodes);
      total = courses.totalCount;
      if (!courses.pageInfo.hasNextPage) break;
      after = courses.pageInfo.endCursor;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(total);
    expect(seen).toHaveLength(total);
    const dates = seen.map(({ publishedAt }) => publishedAt);
    expect(dates).toEqual([...dates].sort().reverse());
  });

  it.each([
    'nonsense',
    'WzEsMl0',
    Buffer.from('["x","y"]').toString('base64url'),
    Buffer.from(`[1e300,"${'0'.repeat(8)}-0000-7000-8000-000000000000"]`).toString('base64url'),
  ])('refuses the cursor %s', async (after) => {
    const document = 'query ($after: String) { courses(after: $after) { nodes { id } } }';
    expect(await learning.anonymous.errors(document, { after })).toEqual(['BAD_USER_INPUT']);
  });

  it('keeps drafts out of shared caches, and published courses in', async () => {
    const draft = await writeCourse(teacher, { publish: false });
    const published = await writeCourse(teacher);
    const cacheOf = async (body: object) => {
      const { viewerHeader, viewerSigner } = await import('@pcc/platform');
      const { testSecrets } = await import('@pcc/testkit');
      const viewer = { id: teacher.id, role: 'instructor', sessionId: newId() } as const;
      const response = await fetch(new URL('/graphql', learning.url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [viewerHeader]: await viewerSigner(testSecrets).sign(viewer),
        },
        body: JSON.stringify(body),
      });
      await response.text();
      return response.headers.get('cache-control');
    };
    const entity = `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Course { title } } }`;
    const reference = (id: string) => ({ __typename: 'Course', id });
    const cacheable = 'max-age=10, public';
    expect(await cacheOf({ query: bySlug, variables: { slug: published.slug } })).toBe(cacheable);
    expect(await cacheOf({ query: bySlug, variables: { slug: draft.slug } })).toBe('no-store');
    expect(await cacheOf({ query: bySlug, variables: { slug: 'unknown' } })).toBe('no-store');
    const one = { all: [reference(published.id)] };
    expect(await cacheOf({ query: entity, variables: one })).toBe(cacheable);
    const both = { all: [reference(draft.id), reference(published.id)] };
    expect(await cacheOf({ query: entity, variables: both })).toBe('no-store');
    const own = bySlug.replace('title', 'viewerEnrollment { id }');
    expect(await cacheOf({ query: own, variables: { slug: published.slug } })).toBe(
      'max-age=5, private',
    );
    const teachers = bySlug.replace('title', 'instructors { displayName }');
    const names = { slug: published.slug };
    expect(await cacheOf({ query: teachers, variables: names })).toBe(cacheable);
    const emails = bySlug.replace('title', 'instructors { email }');
    expect(await cacheOf({ query: emails, variables: names })).toBe('no-store');
  });
});

describe("other subgraphs' facts", () => {
  it('keeps the newest price and rating, whatever comes last', async () => {
    const { id: courseId } = await writeCourse(teacher);
    const price = (amountMinor: string, version: number) =>
      learning.tell('price.changed', courseId, { courseId, amountMinor, currency: 'EUR' }, version);
    await price('2000', 2);
    await price('1000', 1);
    const rating = (average: number, version: number) =>
      learning.tell(
        'course.rated',
        courseId,
        { courseId, userId: student.id, stars: 5, average, count: version },
        version,
      );
    await rating(3, 1);
    await rating(4.5, 2);
    const [row] = await learning.sql(
      `SELECT p.amount_minor::int AS price, r.average, r.count FROM learning.projection_course_prices p
         JOIN learning.projection_course_ratings r USING (course_id) WHERE course_id = $1`,
      [courseId],
    );
    expect(row).toEqual({ price: 2000, average: 4.5, count: 2 });
  });
});
