import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demoCourseSlugs, readDemoCourse } from '../start/demo/catalogue.js';
import { createDemoData } from '../start/demo/index.js';
import type { Progress } from '../start/progress.js';
import { inPrerequisiteOrder } from './course/order.js';
import { defaultCourse } from './demo/default-course.js';
import { fakeCourses } from './testing/fake-courses.js';
import { composedSchema, startFakePlatform, type FakePlatform } from './testing/fake-platform.js';

describe('the demo courses', () => {
  it('are one free and several paid ones, in all three languages', async () => {
    const courses = await Promise.all(demoCourseSlugs.map(readDemoCourse));
    expect(courses.filter(({ price }) => price === null)).toHaveLength(1);
    expect(courses.filter(({ price }) => price !== null).length).toBeGreaterThanOrEqual(3);
    expect(new Set(courses.map(({ language }) => language))).toEqual(new Set(['EN', 'ES', 'PT']));
    expect(courses.find(({ price }) => price !== null)?.slug).toBe(defaultCourse);
  });

  it.each(demoCourseSlugs)('%s is whole', async (slug) => {
    const { modules, quizzes } = await readDemoCourse(slug);
    const lessons = modules.flatMap((module) => module.lessons);
    const keys = lessons.map(({ externalKey }) => externalKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(lessons.filter(({ isPreview }) => isPreview)).toEqual([lessons[0]]);
    for (const { body, prerequisiteKeys, difficulty } of lessons) {
      expect(body.split(/\s+/).length).toBeGreaterThan(80);
      expect(keys).toEqual(expect.arrayContaining([...prerequisiteKeys]));
      expect(difficulty).toBeGreaterThan(0);
    }
    // Throws when lessons wait for each other.
    inPrerequisiteOrder(
      lessons,
      ({ externalKey }) => externalKey,
      ({ prerequisiteKeys }) => prerequisiteKeys,
    );
    for (const { choices } of quizzes.flatMap(({ questions }) => questions)) {
      expect(choices.filter(({ isCorrect }) => isCorrect)).toHaveLength(1);
    }
  });
});

const schema = composedSchema();
const account = (role: string) => ({ email: `${role}@demo.example`, password: 'secret' });
const accounts = {
  admin: account('admin'),
  instructor: account('instructor'),
  student: account('student'),
};

/** A platform where the person is the access token. */
function fakeResolvers(fake: ReturnType<typeof fakeCourses>) {
  const state = { enrolled: false, completed: 0, discussions: 0, coupons: 0, refusals: 2 };
  const done = (payload: object) => ({ ...payload, userErrors: [] });
  const resolvers = {
    ...fake.resolvers,
    course(args: { slug: string }, { authorization }: { authorization: string | undefined }) {
      const course = fake.resolvers.course(args);
      if (course === null || (authorization === undefined && course.status !== 'PUBLISHED')) {
        return null;
      }
      return {
        ...course,
        viewerEnrollment: state.enrolled ? { completedLessonCount: state.completed } : null,
        discussions: () => {
          // Content has not heard of the course yet.
          if (state.refusals-- > 0) throw forbidden();
          return { totalCount: state.discussions };
        },
      };
    },
    courses: () => ({ nodes: fake.courses.filter(({ status }) => status === 'PUBLISHED') }),
    logIn: ({ input: { email } }: { input: { email: string } }) =>
      done({
        session: {
          accessToken: email,
          refreshToken: 'r',
          expiresAt: new Date(Date.now() + 900_000).toISOString(),
          user: { id: email, displayName: email, role: 'ADMIN' },
        },
      }),
    logOut: () => done({ sessionId: 's' }),
    createCoupon() {
      state.coupons += 1;
      return state.coupons === 1
        ? done({ coupon: { id: 'c' } })
        : { userErrors: [{ code: 'COUPON_CODE_TAKEN', message: 'Taken.' }] };
    },
    enrollInCourse() {
      state.enrolled = true;
      return done({ enrollment: { id: 'e' } });
    },
    completeLesson({ input: { lessonId } }: { input: { lessonId: string } }) {
      state.completed += 1;
      return done({ lesson: { id: lessonId } });
    },
    startDiscussion() {
      state.discussions += 1;
      return done({ discussion: { id: 'd' } });
    },
  };
  return { state, resolvers };
}

const forbidden = () => Object.assign(new Error('No.'), { extensions: { code: 'FORBIDDEN' } });

describe('createDemoData', () => {
  let fake: ReturnType<typeof fakeCourses>;
  let rest: ReturnType<typeof fakeResolvers>;
  let platform: FakePlatform;
  let steps: string[];
  beforeEach(async () => {
    fake = fakeCourses();
    rest = fakeResolvers(fake);
    platform = await startFakePlatform(schema, rest.resolvers);
    steps = [];
  });
  afterEach(() => platform.close());

  const progress: Progress = {
    step(name, work) {
      steps.push(name);
      return work();
    },
    line: () => undefined,
  };
  const create = () => createDemoData({ url: platform.client.url.href, accounts, progress });
  const outcome = () => ({
    courses: fake.courses.map((course) => [course['slug'], course.status]),
    ...rest.state,
  });
  const everything = {
    courses: demoCourseSlugs.map((slug) => [slug, 'PUBLISHED']),
    enrolled: true,
    completed: 1,
    discussions: 1,
  };

  it('fills an empty platform, and asks one question the next time', async () => {
    await create();
    expect(outcome()).toMatchObject(everything);
    expect(steps).toEqual(['demo data']);
    platform.requests.length = 0;
    await create();
    expect(platform.requests).toEqual(['IsPublished']);
  });

  it('continues where an earlier start was killed', async () => {
    for (const answers of [3, 12, 20, 20, 25]) {
      platform.answersLeft = answers;
      await expect(create()).rejects.toThrow('answered 500');
    }
    platform.answersLeft = Number.POSITIVE_INFINITY;
    await create();
    expect(outcome()).toMatchObject(everything);
    const keys = fake.lessons().map((lesson) => lesson['externalKey']);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('leaves a platform with courses of its own alone', async () => {
    fake.resolvers.createCourse({ input: { slug: 'their-own' } });
    Object.assign(fake.courses[0] ?? {}, { status: 'PUBLISHED' });
    await create();
    expect(fake.courses).toHaveLength(1);
    expect(steps).toEqual([]);
  });
});
