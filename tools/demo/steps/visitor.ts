import { randomBytes } from 'node:crypto';
import type { Credentials } from '../../client/accounts.js';
import type { GraphqlClient } from '../../client/graphql-client.js';
import { mailedToken } from '../../client/mailbox.js';
import { registerOperation, verifyEmailOperation } from '../../client/session-operations.js';
import { expect } from '../play.js';
import {
  findCourseOperation,
  openCourseOperation,
  readLessonOperation,
  searchOperation,
  type OpenedCourse,
} from '../operations.js';

export type Say = (remark: string) => void;

export interface Visitor extends Credentials {
  readonly displayName: string;
}

/** Somebody new each time: nobody has to clean up before the next run. */
export async function register(anonymous: GraphqlClient): Promise<Visitor> {
  const random = randomBytes(6).toString('hex');
  const visitor = {
    email: `visitor-${random}@demo.example`,
    password: randomBytes(18).toString('base64url'),
    displayName: `Vera Visitor ${random.slice(0, 4)}`,
  };
  await anonymous.request(registerOperation, { input: visitor });
  return visitor;
}

/** Opens the link in the mail, which makes the account. */
export async function verifyAddress(
  anonymous: GraphqlClient,
  { email, password }: Visitor,
  mailboxUrl: string,
): Promise<void> {
  const token = await mailedToken(mailboxUrl, email);
  const input = { token, password };
  const { verifyEmail } = await anonymous.request(verifyEmailOperation, { input });
  expect(verifyEmail.session.user.role === 'STUDENT', 'A new account is not a student’s.');
}

/** Finds the course as a person would: by typing its title into the search. */
export async function search(client: GraphqlClient, slug: string, say: Say): Promise<void> {
  const { course } = await client.request(findCourseOperation, { slug });
  expect(course !== null, `There is no published course “${slug}”; choose one with --course.`);
  const { courses } = await client.request(searchOperation, { text: course.title });
  const found = courses.nodes.map((node) => node.slug);
  expect(found.includes(slug), `Searching for “${course.title}” did not find it.`);
  say(`“${course.title}”, place ${found.indexOf(slug) + 1} of ${found.length}`);
}

/** Opens the course's page and reads what a visitor may read. */
export async function openCourse(
  client: GraphqlClient,
  slug: string,
  say: Say,
): Promise<OpenedCourse> {
  const { course } = await client.request(openCourseOperation, { slug });
  expect(course !== null, `The course “${slug}” has disappeared.`);
  const lessons = course.modules.flatMap((module) => module.lessons);
  expect(lessons.length > 0, 'The course has no lessons.');
  expect(
    course.lessonCount === lessons.length,
    `lessonCount says ${course.lessonCount}, the modules hold ${lessons.length}.`,
  );
  expect(
    course.access === 'FREE' || course.price !== null,
    'The course is to be paid for and has no price.',
  );
  for (const lesson of [
    lessons.find(({ isPreview }) => isPreview),
    lessons.find(({ isPreview }) => !isPreview),
  ]) {
    if (lesson === undefined) continue;
    const read = await client.request(readLessonOperation, { id: lesson.id });
    const { isPreview } = lesson;
    expect(
      (read.lesson?.body != null) === isPreview,
      isPreview ? 'A preview cannot be read.' : 'A lesson can be read without enrolment.',
    );
  }
  say(`${course.modules.length} modules, ${lessons.length} lessons`);
  say(course.price === null ? 'free' : priceText(course.price));
  say(ratingText(course));
  say(`${course.analytics.activeLearners} active learners`);
  return course;
}

export const priceText = ({ amountMinor, currency }: { amountMinor: string; currency: string }) =>
  `${(Number(amountMinor) / 100).toFixed(2)} ${currency}`;

const ratingText = ({ rating }: OpenedCourse): string =>
  rating?.average == null ? 'not rated yet' : `rated ${rating.average} by ${rating.count}`;
