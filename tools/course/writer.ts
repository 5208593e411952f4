import { isDeepStrictEqual } from 'node:util';
import { ClientError, isRefusal, RefusedError } from '../client/errors.js';
import type { GraphqlClient } from '../client/graphql-client.js';
import { eventually } from '../client/wait.js';
import { writeLessons } from './lesson-writer.js';
import {
  authoredCourseOperation,
  createCourseOperation,
  createQuizOperation,
  publishCourseOperation,
  setCoursePriceOperation,
  updateCourseOperation,
  type AuthoredCourse,
} from './operations.js';
import { noChanges, type Changes, type CourseWriterOptions } from './options.js';
import type { CourseSpecification } from './specification.js';

export interface WrittenCourse {
  readonly id: string;
  readonly course: Changes;
  readonly lessons: Changes;
  readonly prerequisites: Changes;
}

/** Commerce learns of a new course by an event; on a busy machine that may take a moment. */
const eventTimeoutMs = 30_000;

/**
 * Puts a course into the platform, or what is missing of it: it looks before each step, so that it can be
 * run again after it was stopped anywhere, and a second run changes nothing.
 */
export async function writeCourse(
  specification: CourseSpecification,
  options: CourseWriterOptions,
): Promise<WrittenCourse> {
  const { client } = options;
  const course = noChanges();
  const existing = await ensureCourse(specification, options, course);
  const { lessons, prerequisites } = await writeLessons(existing, specification, options);
  await ensureQuizzes(client, existing, specification, course);
  if (specification.price !== null)
    await ensurePrice(client, existing, specification.price, course);
  if (existing.status === 'DRAFT') {
    await publish(client, existing.id);
    course.updated += 1;
  }
  return { id: existing.id, course, lessons, prerequisites };
}

const read = async (client: GraphqlClient, slug: string): Promise<AuthoredCourse | null> =>
  (await client.request(authoredCourseOperation, { slug })).course;

async function ensureCourse(
  specification: CourseSpecification,
  { client, update }: CourseWriterOptions,
  changes: Changes,
): Promise<AuthoredCourse> {
  const { slug, title, summary, description, objectives, level, language } = specification;
  const existing = await read(client, slug);
  if (existing === null) {
    const access = specification.price === null ? 'FREE' : 'PAID';
    await client.request(createCourseOperation, {
      input: { slug, title, summary, description, objectives, level, language, access },
    });
    changes.created += 1;
    const created = await read(client, slug);
    if (created === null) throw new ClientError(`The course ${slug} was created and is not there.`);
    return created;
  }
  const texts = { title, summary, description, objectives };
  const changed = Object.fromEntries(
    Object.entries(texts).filter(
      ([name, text]) => !isDeepStrictEqual(existing[name as keyof typeof texts], text),
    ),
  );
  if (update && Object.keys(changed).length > 0) {
    await client.request(updateCourseOperation, { input: { courseId: existing.id, ...changed } });
    changes.updated += 1;
  } else changes.unchanged += 1;
  return existing;
}

async function ensureQuizzes(
  client: GraphqlClient,
  existing: AuthoredCourse,
  { quizzes }: CourseSpecification,
  changes: Changes,
): Promise<void> {
  for (const quiz of quizzes) {
    // A quiz that people may have answered is never changed.
    if (existing.quizzes.some(({ title }) => title === quiz.title)) {
      changes.unchanged += 1;
      continue;
    }
    await client.request(createQuizOperation, { input: { courseId: existing.id, ...quiz } });
    changes.created += 1;
  }
}

async function ensurePrice(
  client: GraphqlClient,
  existing: AuthoredCourse,
  price: NonNullable<CourseSpecification['price']>,
  changes: Changes,
): Promise<void> {
  // A price that somebody has set stays.
  if (existing.price !== null) {
    changes.unchanged += 1;
    return;
  }
  await eventually('commerce to learn of the course', eventTimeoutMs, async () => {
    try {
      return await client.request(setCoursePriceOperation, {
        input: { courseId: existing.id, ...price },
      });
    } catch (error) {
      if (isRefusal(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  });
  changes.created += 1;
}

/** Learning hears of a price by an event as well, and publishes no paid course before. */
const publish = (client: GraphqlClient, courseId: string): Promise<unknown> =>
  eventually('learning to hear of the price', eventTimeoutMs, async () => {
    try {
      return await client.request(publishCourseOperation, { input: { courseId } });
    } catch (error) {
      if (isOnlyPriceMissing(error)) return undefined;
      throw error;
    }
  });

const isOnlyPriceMissing = (error: unknown): boolean =>
  error instanceof RefusedError && error.userErrors.every(({ code }) => code === 'MISSING_PRICE');
