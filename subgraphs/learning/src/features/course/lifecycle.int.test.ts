import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId, viewerHeader, viewerSigner } from '@pcc/platform';
import { testSecrets } from '@pcc/testkit';
import { paidOrder } from '../../test-orders.js';
import { writeCourse } from '../../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let teacher: Person;
let student: Person;
let admin: Person;
beforeAll(async () => {
  learning = await startTestLearning();
  teacher = await learning.person('instructor');
  student = await learning.person('student');
  admin = await learning.person('admin');
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));

const hour = 60 * 60 * 1000;
const later = (ms: number) => new Date(learning.clock.now().getTime() + ms).toISOString();
const bySlug = 'query ($slug: String!) { course(slug: $slug) { id title } }';
const sees = async (person: Person, slug: string) =>
  (await person.ask<{ course: unknown }>(bySlug, { slug })).course !== null;
const isListed = async ({ id }: { id: string }) => {
  const { courses } = await learning.anonymous.ask<{ courses: { nodes: { id: string }[] } }>(
    '{ courses(first: 100) { nodes { id } } }',
  );
  return courses.nodes.some((course) => course.id === id);
};
const enroll = (person: Person, { id: courseId }: { id: string }) =>
  person.refusal('enrollInCourse', { courseId });

describe('publication', () => {
  const checklist = async (person: Person, slug: string) => {
    const document = `query ($slug: String!) { course(slug: $slug) { publishChecklist { code isMet } } }`;
    const { course } = await person.ask<{
      course: { publishChecklist: { code: string; isMet: boolean }[] | null };
    }>(document, { slug });
    return course.publishChecklist?.filter(({ isMet }) => !isMet).map(({ code }) => code);
  };

  it('waits for all that the check list names', async () => {
    const fields = { access: 'PAID', summary: '', objectives: [] };
    const course = await writeCourse(teacher, { publish: false, fields });
    await teacher.do('createModule', { courseId: course.id, title: 'Bare' }, '');
    const missing = ['MISSING_SUMMARY', 'MISSING_OBJECTIVES', 'EMPTY_MODULE', 'MISSING_PRICE'];
    expect(await checklist(teacher, course.slug)).toEqual(missing);
    const publish = () => teacher.do('publishCourse', { courseId: course.id }, '');
    const { userErrors } = await publish();
    expect(userErrors.map(({ code }) => code)).toEqual(missing);
    expect(userErrors[2]?.message).toContain('"Bare"');

    const texts = { courseId: course.id, summary: 'All', objectives: ['Know'] };
    await teacher.do('updateCourse', texts, '');
    const tree = 'query ($slug: String!) { course(slug: $slug) { modules { id } } }';
    const { course: read } = await teacher.ask<{ course: { modules: { id: string }[] } }>(tree, {
      slug: course.slug,
    });
    await teacher.do('deleteModule', { moduleId: read.modules[1]?.id }, '');
    const price = { courseId: course.id, amountMinor: '1000', currency: 'EUR' };
    await learning.tell('price.changed', course.id, price);
    expect(await checklist(teacher, course.slug)).toEqual([]);
    expect((await publish()).userErrors).toEqual([]);
    expect(await checklist(student, course.slug)).toBeUndefined();
  });

  it('is taken back by archiving, for all but those enrolled, and comes again', async () => {
    const course = await writeCourse(teacher);
    await enroll(student, course);
    const change = (mutation: string) => teacher.refusal(mutation, { courseId: course.id });
    for (const twice of [1, 2])
      expect([twice, await change('archiveCourse')]).toEqual([twice, undefined]);
    expect(await isListed(course)).toBe(false);
    expect(await sees(learning.anonymous, course.slug)).toBe(false);
    expect(await sees(student, course.slug)).toBe(true);
    expect(await enroll(await learning.person(), course)).toBe('NOT_FOUND');
    expect(await change('unarchiveCourse')).toBeUndefined();
    expect(await isListed(course)).toBe(true);
    const statuses = learning.told
      .filter(({ type, aggregateId }) => type === 'course.changed' && aggregateId === course.id)
      .map(({ data }) => (data as { status: string }).status);
    await learning.heard('course.changed', (data) => data.courseId === course.id);
    expect(statuses.filter((status) => status === 'ARCHIVED').length).toBeLessThanOrEqual(1);
  });

  it('has its order: a draft is not archived, an archived course not a draft', async () => {
    const draft = await writeCourse(teacher, { publish: false });
    const of = (mutation: string) => teacher.refusal(mutation, { courseId: draft.id });
    expect(await of('archiveCourse')).toBe('NOT_PUBLISHED');
    expect(await of('unarchiveCourse')).toBe('NOT_ARCHIVED');
  });
});

describe('a schedule', () => {
  it('opens and closes a course by the clock alone', async () => {
    const fields = { availableFrom: later(hour), availableUntil: later(3 * hour) };
    const course = await writeCourse(teacher, { fields });
    const early = await learning.person();
    expect([await isListed(course), await sees(early, course.slug)]).toEqual([false, false]);
    expect(await enroll(teacher, course)).toBe('COURSE_NOT_AVAILABLE');

    learning.clock.pass(2 * hour);
    expect([await isListed(course), await sees(early, course.slug)]).toEqual([true, true]);
    expect(await enroll(student, course)).toBeUndefined();

    learning.clock.pass(2 * hour);
    expect([await isListed(course), await sees(early, course.slug)]).toEqual([false, false]);
    expect(await sees(student, course.slug)).toBe(true);
    const lesson = 'query ($id: ID!) { lesson(id: $id) { body } }';
    const read = (person: Person) => person.ask(lesson, { id: course.lessonIds[0] });
    expect(await read(student)).toEqual({ lesson: { body: 'Text.' } });
    expect(await read(early)).toEqual({ lesson: null });
    expect(await enroll(teacher, course)).toBe('COURSE_NOT_AVAILABLE');
  });

  it('refuses what was paid for too late, so that the money goes back', async () => {
    const availableUntil = later(hour);
    const course = await writeCourse(teacher, { fields: { access: 'PAID', availableUntil } });
    learning.clock.pass(2 * hour);
    const order = paidOrder(student.id, course.id);
    await learning.tell('order.paid', order.orderId, order);
    const refused = await learning.heard('enrollment.refused', (d) => d.courseId === course.id);
    expect(refused.reason).toBe('COURSE_NOT_AVAILABLE');
  });

  it('is told to the others, and must have a way in', async () => {
    const course = await writeCourse(teacher);
    const [from, until] = [later(hour), later(2 * hour)];
    const set = (availableFrom: string | null, availableUntil: string | null) =>
      teacher.refusal('updateCourse', { courseId: course.id, availableFrom, availableUntil });
    expect(await set(until, from)).toBe('INVALID_INPUT');
    expect(await set(from, until)).toBeUndefined();
    await learning.heard(
      'course.changed',
      (d) => d.courseId === course.id && d.availableFrom === from && d.availableUntil === until,
    );
    expect(
      await teacher.refusal('updateCourse', { courseId: course.id, availableUntil: from }),
    ).toBe('INVALID_INPUT');
    expect(await set(null, null)).toBeUndefined();
    expect(await isListed(course)).toBe(true);
  });

  it('is no longer kept by caches than it is true', async () => {
    const ages = async (availableUntil: string | null) => {
      const course = await writeCourse(teacher, { fields: { availableUntil } });
      const ask = async (query: string, variables: object) => {
        const response = await fetch(new URL('/graphql', learning.url), {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            [viewerHeader]: await viewerSigner(testSecrets).sign(null),
          },
          body: JSON.stringify({ query, variables }),
        });
        await response.text();
        return Number(
          /max-age=(\d+), public/.exec(response.headers.get('cache-control') ?? '')?.[1],
        );
      };
      const filter = { text: course.slug };
      return [
        await ask(bySlug, { slug: course.slug }),
        await ask('query ($filter: CourseFilter) { courses(filter: $filter) { nodes { id } } }', {
          filter,
        }),
      ];
    };
    expect(await ages(null)).toEqual([10, 10]);
    expect(await ages(later(hour))).toEqual([10, 10]);
    for (const age of await ages(later(6_000))) expect(age).toBeLessThan(6);
  });
});

describe('deletion', () => {
  it('hides a course from all but its authors, and restoring brings everything back', async () => {
    const course = await writeCourse(teacher);
    const learner = await learning.person();
    await enroll(learner, course);
    const change = (person: Person, mutation: string) =>
      person.refusal(mutation, { courseId: course.id });
    expect(await change(teacher, 'deleteCourse')).toBe('COURSE_HAS_ENROLLMENTS');
    expect(await change(admin, 'deleteCourse')).toBeUndefined();
    const told = await learning.heard('course.changed', (d) => d.deleted === true);
    expect(told).toMatchObject({ courseId: course.id, status: 'ARCHIVED' });
    const seen = async () => [
      await sees(learner, course.slug),
      await sees(learning.anonymous, course.slug),
      await sees(teacher, course.slug),
      await isListed(course),
    ];
    expect(await seen()).toEqual([false, false, true, false]);
    expect(await enroll(teacher, course)).toBe('COURSE_NOT_AVAILABLE');
    expect(await change(teacher, 'publishCourse')).toBe('COURSE_DELETED');
    // Her list of what she took stays whole.
    const mine = '{ me { enrollments { nodes { course { id } } } } }';
    expect(await learner.ask(mine)).toEqual({
      me: { enrollments: { nodes: [{ course: { id: course.id } }] } },
    });
    // Its slug is nobody else's.
    const thief = { title: 'Thief', slug: course.slug };
    expect(await teacher.refusal('createCourse', thief)).toBe('SLUG_TAKEN');

    expect(await change(teacher, 'restoreCourse')).toBeUndefined();
    expect(await seen()).toEqual([true, true, true, true]);
    const own = `query ($slug: String!) { course(slug: $slug) { deletedAt viewerEnrollment { status } } }`;
    expect(await learner.ask(own, { slug: course.slug })).toEqual({
      course: { deletedAt: null, viewerEnrollment: { status: 'ACTIVE' } },
    });
  });
});

describe('two authors', () => {
  it('hear of each other when one has read an older version', async () => {
    const { course } = await teacher.do<{ course: { id: string; version: number } }>(
      'createCourse',
      { title: `Shared ${newId()}` },
      'course { id version }',
    );
    const update = (expectedVersion: number) =>
      teacher.refusal('updateCourse', { courseId: course.id, summary: newId(), expectedVersion });
    expect(await update(course.version)).toBeUndefined();
    expect(await update(course.version)).toBe('CONFLICT');
    expect(await update(course.version + 1)).toBeUndefined();
  });

  it('teach together, and one of them always stays', async () => {
    const course = await writeCourse(teacher);
    const second = await learning.person('instructor');
    const change = (by: Person, mutation: string, userId: string) =>
      by.do<{ course: { instructors: { id: string }[] } | null }>(
        mutation,
        { courseId: course.id, userId },
        'course { instructors { id } }',
      );
    const codeOf = async (...of: Parameters<typeof change>) =>
      (await change(...of)).userErrors[0]?.code;
    expect(await codeOf(teacher, 'addInstructor', student.id)).toBe('NOT_AN_INSTRUCTOR');
    expect(await codeOf(teacher, 'addInstructor', newId())).toBe('NOT_FOUND');
    for (const twice of [1, 2]) {
      const { course: changed } = await change(teacher, 'addInstructor', second.id);
      const ids = changed?.instructors.map(({ id }) => id);
      expect([twice, ids]).toEqual([twice, [teacher.id, second.id]]);
    }
    await learning.heard(
      'course.changed',
      (d) => d.courseId === course.id && d.instructorIds.includes(second.id),
    );
    const title = { courseId: course.id, title: 'Ours' };
    expect(await second.refusal('updateCourse', title)).toBeUndefined();
    expect(await codeOf(second, 'removeInstructor', teacher.id)).toBeUndefined();
    expect(await teacher.refusal('updateCourse', title)).toBe('FORBIDDEN');
    expect(await codeOf(second, 'removeInstructor', second.id)).toBe('LAST_INSTRUCTOR');
    expect(await codeOf(admin, 'removeInstructor', newId())).toBeUndefined();
  });
});
