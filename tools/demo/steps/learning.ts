import { randomUUID } from 'node:crypto';
import { isRefusal } from '../../client/errors.js';
import type { GraphqlClient } from '../../client/graphql-client.js';
import { eventually } from '../../client/wait.js';
import { inPrerequisiteOrder } from '../../course/order.js';
import {
  completeLessonOperation,
  enrollmentOperation,
  quizOperation,
  readLessonOperation,
  submitQuizOperation,
  verifyCertificateOperation,
  type Lesson,
  type OpenedCourse,
} from '../operations.js';
import { expect } from '../play.js';
import { quizSolver } from '../quiz-solver.js';
import { notificationOf, type Notifications } from './purchase.js';
import type { Say, Visitor } from './visitor.js';

const certificateTimeoutMs = 10_000;

/** Completes all lessons, prerequisites first; the platform must refuse one that is not yet its turn. */
export async function completeLessons(
  client: GraphqlClient,
  course: OpenedCourse,
  say: Say,
): Promise<void> {
  const lessons = inPrerequisiteOrder(
    course.modules.flatMap((module) => module.lessons),
    ({ id }) => id,
    ({ prerequisites }) => prerequisites.map(({ id }) => id),
  );
  const [first] = lessons;
  if (first !== undefined) {
    const { lesson } = await client.request(readLessonOperation, { id: first.id });
    expect(lesson?.isLocked === false, 'The enrolled learner cannot read the first lesson.');
  }
  await refuseTooEarly(client, lessons, say);
  let progress = 0;
  for (const { id, title } of lessons) {
    const { completeLesson } = await client.request(completeLessonOperation, {
      input: { lessonId: id },
    });
    const { progressPercent } = completeLesson.enrollment;
    expect(
      progressPercent > progress,
      `Progress stays at ${progress} % after the lesson “${title}”.`,
    );
    progress = progressPercent;
  }
  expect(progress === 100, `All lessons are completed and progress is ${progress} %.`);
  say(`${lessons.length} lessons`);
}

async function refuseTooEarly(
  client: GraphqlClient,
  lessons: readonly Lesson[],
  say: Say,
): Promise<void> {
  const late = lessons.findLast(({ prerequisites }) => prerequisites.length > 0);
  if (late === undefined) return;
  try {
    await client.request(completeLessonOperation, { input: { lessonId: late.id } });
  } catch (error) {
    if (!isRefusal(error, 'PREREQUISITES_MISSING')) throw error;
    say(`“${late.title}” was refused before its turn`);
    return;
  }
  expect(false, `The lesson “${late.title}” could be completed before its prerequisites.`);
}

/** Takes every quiz until it is passed. */
export async function passQuizzes(
  client: GraphqlClient,
  course: OpenedCourse,
  say: Say,
): Promise<void> {
  for (const { id } of course.quizzes) await passQuiz(client, id, say);
  if (course.quizzes.length === 0) say('the course has none');
}

async function passQuiz(client: GraphqlClient, quizId: string, say: Say): Promise<void> {
  const { quiz } = await client.request(quizOperation, { id: quizId });
  expect(quiz?.questions != null, 'The enrolled learner cannot see the quiz.');
  const solver = quizSolver(quiz.questions);
  for (let attempt = 1; attempt <= solver.attemptsNeeded; attempt += 1) {
    const input = { quizId, clientAttemptId: randomUUID(), answers: solver.answers() };
    const { submitQuiz } = await client.request(submitQuizOperation, { input });
    const { passed, scorePercent, results } = submitQuiz.attempt;
    if (passed) {
      say(`“${quiz.title}” passed with ${scorePercent} % in attempt ${attempt}`);
      return;
    }
    solver.learn(results);
  }
  expect(false, `“${quiz.title}” is not passed after ${solver.attemptsNeeded} attempts.`);
}

/** The course is completed, and anybody can check the certificate. */
export async function certificateIssued(
  client: GraphqlClient,
  anonymous: GraphqlClient,
  { slug, visitor, course }: { slug: string; visitor: Visitor; course: OpenedCourse },
  say: Say,
): Promise<void> {
  const code = await eventually('the certificate', certificateTimeoutMs, async () => {
    const answer = await client.request(enrollmentOperation, { slug });
    const enrollment = answer.course?.viewerEnrollment;
    return enrollment?.status === 'COMPLETED'
      ? enrollment.certificate?.verificationCode
      : undefined;
  });
  const { verifyCertificate } = await anonymous.request(verifyCertificateOperation, { code });
  expect(verifyCertificate?.valid === true, `The certificate ${code} is not valid.`);
  expect(
    verifyCertificate.studentName === visitor.displayName &&
      verifyCertificate.courseTitle === course.title,
    'The certificate names somebody else, or another course.',
  );
  say(code);
}

/** Each step has been announced on the subscription that is open since the beginning. */
export async function stepsAnnounced(
  notifications: Notifications,
  course: OpenedCourse,
  say: Say,
): Promise<void> {
  const kinds = [
    ...(course.access === 'PAID' ? ['ORDER_PAID'] : []),
    'LESSON_COMPLETED',
    ...(course.quizzes.length > 0 ? ['QUIZ_PASSED'] : []),
    'COURSE_COMPLETED',
    'CERTIFICATE_ISSUED',
  ];
  for (const kind of kinds) {
    // An order may hold several courses, so its notification names none.
    if (kind === 'ORDER_PAID') await anyNotificationOf(notifications, kind);
    else await notificationOf(notifications, kind, course);
  }
  say(`${notifications.received.length} in all`);
}

const anyNotificationOf = (notifications: Notifications, kind: string) =>
  notifications.first(
    `The notification ${kind}`,
    certificateTimeoutMs,
    ({ notificationReceived }) => notificationReceived.kind === kind,
  );
