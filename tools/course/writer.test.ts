import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefusedError } from '../client/errors.js';
import { fakeCourses } from '../testing/fake-courses.js';
import { composedSchema, startFakePlatform, type FakePlatform } from '../testing/fake-platform.js';
import type { CourseSpecification, LessonSpecification } from './specification.js';
import { writeCourse } from './writer.js';

const schema = composedSchema();
let platform: FakePlatform;
let fake: ReturnType<typeof fakeCourses>;
beforeEach(async () => {
  fake = fakeCourses();
  platform = await startFakePlatform(schema, fake.resolvers);
});
afterEach(() => platform.close());

const lesson = (key: string, ...prerequisiteKeys: string[]): LessonSpecification => ({
  externalKey: key,
  title: `Lesson ${key}`,
  summary: `About ${key}`,
  body: `# ${key}`,
  kind: 'CONCEPT',
  difficulty: 3,
  isPublished: true,
  isPreview: false,
  durationMinutes: null,
  prerequisiteKeys,
});
const specification: CourseSpecification = {
  slug: 'toy',
  title: 'Toy',
  summary: 'A toy.',
  description: 'To play with.',
  objectives: ['Play'],
  level: 'BEGINNER',
  language: 'EN',
  price: { amountMinor: '1000', currency: 'EUR' },
  modules: [
    { title: 'One', lessons: [lesson('a'), lesson('b', 'a'), lesson('c')] },
    { title: 'Two', lessons: [lesson('d', 'b', 'e'), lesson('e')] },
  ],
  quizzes: [
    {
      title: 'Quiz',
      passPercent: 50,
      questions: [
        {
          text: 'Yes?',
          choices: [
            { text: 'Yes', isCorrect: true },
            { text: 'No', isCorrect: false },
          ],
        },
      ],
    },
  ],
};
const write = (course = specification, update = true) =>
  writeCourse(course, { client: platform.client, update });
const mutations = () => platform.requests.filter((name) => name !== 'AuthoredCourse');

describe('writeCourse', () => {
  it('writes everything, in order, and publishes last', async () => {
    const written = await write();
    expect(written.lessons).toEqual({ created: 5, updated: 0, unchanged: 0 });
    expect(written.prerequisites).toEqual({ created: 2, updated: 0, unchanged: 3 });
    expect(fake.courses).toMatchObject([
      { status: 'PUBLISHED', access: 'PAID', price: { amountMinor: '1000' } },
    ]);
    expect(
      fake.courses[0]?.modules.map(({ lessons }) => lessons.map((one) => one['externalKey'])),
    ).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
    const d = fake.lessons().find((one) => one['externalKey'] === 'd');
    expect(d?.prerequisites.map((one) => one['externalKey'])).toEqual(['b', 'e']);
    expect(mutations().at(-1)).toBe('PublishCourse');
  });

  it('changes nothing the second time', async () => {
    await write();
    platform.requests.length = 0;
    const again = await write();
    expect(mutations()).toEqual([]);
    expect(again.lessons).toEqual({ created: 0, updated: 0, unchanged: 5 });
  });

  it('continues where an earlier run was stopped, after any number of requests', async () => {
    await write(specification, false);
    const total = platform.requests.length;
    const whole = JSON.stringify(shape());
    expect(total).toBeGreaterThan(10);
    for (let answers = 1; answers < total; answers += 1) {
      fake.courses.length = 0;
      platform.answersLeft = answers;
      await expect(write(specification, false)).rejects.toThrow('answered 500');
      platform.answersLeft = Number.POSITIVE_INFINITY;
      await write(specification, false);
      expect(JSON.stringify(shape())).toBe(whole);
    }
  });

  it('brings changed lessons up to date, and nothing else', async () => {
    await write();
    platform.requests.length = 0;
    const [one, ...others] = specification.modules;
    const [first, ...rest] = one?.lessons ?? [];
    if (one === undefined || first === undefined) throw new Error('nothing to change');
    const changed: CourseSpecification = {
      ...specification,
      modules: [{ ...one, lessons: [{ ...first, body: '# new' }, ...rest] }, ...others],
    };
    const { lessons } = await write(changed);
    expect(lessons).toEqual({ created: 0, updated: 1, unchanged: 4 });
    expect(mutations()).toEqual(['UpdateLesson']);
    expect(fake.lessons()[0]?.['body']).toBe('# new');
  });

  it('keeps what others have changed when it is only to add', async () => {
    await write();
    Object.assign(fake.courses[0] ?? {}, {
      title: 'Renamed',
      price: { amountMinor: '5', currency: 'EUR' },
    });
    Object.assign(fake.lessons()[0] ?? {}, { body: 'rewritten' });
    platform.requests.length = 0;
    await write(specification, false);
    expect(mutations()).toEqual([]);
  });

  it('waits until commerce knows the course', async () => {
    fake.state.priceRefusals = 3;
    await write();
    expect(fake.courses[0]?.price).toMatchObject({ amountMinor: '1000' });
    expect(mutations().filter((name) => name === 'SetCoursePrice')).toHaveLength(4);
  });

  it('waits until learning has heard of the price', async () => {
    fake.state.publishRefusals = 2;
    await write();
    expect(fake.courses[0]?.status).toBe('PUBLISHED');
    expect(mutations().filter((name) => name === 'PublishCourse')).toHaveLength(3);
  });

  it('brings changed objectives up to date', async () => {
    await write();
    platform.requests.length = 0;
    await write({ ...specification, objectives: ['Play well'] });
    expect(mutations()).toEqual(['UpdateCourse']);
    expect(fake.courses[0]?.['objectives']).toEqual(['Play well']);
  });

  it('goes on without a lesson that is refused, if somebody wants to know of it', async () => {
    fake.state.refusedTitle = 'Lesson b';
    await expect(write()).rejects.toThrow(RefusedError);
    const refusals: string[] = [];
    const { lessons } = await writeCourse(specification, {
      client: platform.client,
      update: true,
      onRefusedLesson: (key, { message }) => refusals.push(`${key}: ${message}`),
    });
    expect(refusals).toEqual([
      expect.stringMatching(/^b: CreateLesson was refused\. INVALID_INPUT/),
    ]);
    expect(lessons.created + lessons.unchanged).toBe(4);
    const d = fake.lessons().find((one) => one['externalKey'] === 'd');
    expect(d?.prerequisites.map((one) => one['externalKey'])).toEqual(['e']);
  });
});

/** What was written, without ids. */
const shape = () =>
  fake.courses.map(({ modules, quizzes, price, status }) => ({
    status,
    price,
    quizzes: quizzes.map(({ title }) => title),
    modules: modules.map(({ title, lessons }) => ({
      title,
      lessons: lessons.map((one) => ({
        key: one['externalKey'],
        body: one['body'],
        prerequisites: one.prerequisites.map((other) => other['externalKey']),
      })),
    })),
  }));
