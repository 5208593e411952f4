import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { seed, waitFor, type GraphClient, type SeededCourse } from '@pcc/testkit';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newStudent, signedInAs, visitor } from './graph.js';

// The main job of DESIGN section 1, through the router, on a course of the test's own.

let instructor: GraphClient;
let course: SeededCourse;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  instructor = await signedInAs('instructor');
  course = await seed(instructor)
    .course()
    .withLessons(3)
    .withQuiz()
    .priced(4900)
    .published()
    .create();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((subscription) => subscription.close()));
});

const listen = <Data>(client: GraphClient, document: string, variables = {}) => {
  const subscription = client.subscribe<Data>(document, variables);
  open.push(subscription);
  return subscription;
};

/** Pays at the sandbox provider, as the buyer's browser would. */
const pay = (checkoutUrl: string, cardNumber = '4242424242424242') =>
  fetch(`${checkoutUrl}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ cardNumber }),
  });

const order = async (client: GraphClient, courseId: string, couponCode?: string) => {
  const { createOrder } = await client.run<{
    createOrder: {
      order: { id: string; checkoutUrl: string; total: { amountMinor: string } };
    };
  }>(
    `mutation ($input: CreateOrderInput!) {
       createOrder(input: $input) {
         order { id checkoutUrl total { amountMinor } } userErrors { code message }
       }
     }`,
    { input: { courseIds: [courseId], couponCode, idempotencyKey: randomUUID() } },
  );
  return createOrder.order;
};

const enrollmentOf = async (client: GraphClient, slug: string) => {
  const { course: found } = await client.run<{
    course: { viewerEnrollment: { id: string; status: string; progressPercent: number } | null };
  }>(
    `query ($slug: String!) {
       course(slug: $slug) { viewerEnrollment { id status progressPercent } }
     }`,
    { slug },
  );
  return found.viewerEnrollment;
};

describe('the main job', () => {
  it('lets a visitor find the course without signing in', async () => {
    const { courses } = await visitor().run<{ courses: { nodes: { id: string }[] } }>(
      `query ($text: String!) { courses(filter: { text: $text }) { nodes { id } } }`,
      { text: course.title },
    );
    expect(courses.nodes.map((node) => node.id)).toContain(course.id);
    const page = await visitor().run(
      `query ($slug: String!) { course(slug: $slug) {
         title price { amountMinor currency } rating { average count }
         modules { lessons { title isLocked body } } analytics { activeLearners }
       } }`,
      { slug: course.slug },
    );
    expect(page).toMatchObject({
      course: {
        title: course.title,
        price: { amountMinor: '4900', currency: 'EUR' },
        rating: { average: null, count: 0 },
        analytics: { activeLearners: 0 },
      },
    });
    expect(JSON.stringify(page)).not.toContain('"body":"Text."');
  });

  it('goes from order to certificate, and every side hears of it', async () => {
    const { client, id } = await newStudent();
    const notifications = listen<{
      notificationReceived: { seq: number; kind: string; course: { title: string } | null };
    }>(client, 'subscription { notificationReceived { seq kind course { title } } }');
    const dashboard = listen<{
      dashboardUpdated: { totals: { enrollments: number }; course: { title: string } };
    }>(
      instructor,
      `subscription ($id: ID!) {
         dashboardUpdated(courseId: $id) { totals { enrollments } course { title } }
       }`,
      { id: course.id },
    );
    await Promise.all([notifications.connected, dashboard.connected]);

    const placed = await order(client, course.id, 'WELCOME10');
    expect(placed.total.amountMinor).toBe('4410');
    expect((await pay(placed.checkoutUrl)).ok).toBe(true);

    await waitFor(async () => (await enrollmentOf(client, course.slug))?.status === 'ACTIVE');
    const kinds = () => notifications.received.map((data) => data.notificationReceived.kind);
    await waitFor(() => kinds().includes('ORDER_PAID') && kinds().includes('ENROLLMENT_CREATED'));
    await waitFor(() => dashboard.received.at(-1)?.dashboardUpdated.totals.enrollments === 1);
    expect(dashboard.received.at(-1)?.dashboardUpdated.course.title).toBe(course.title);

    for (const lessonId of course.lessonIds) {
      await client.run(
        `mutation ($id: ID!) { completeLesson(input: { lessonId: $id }) { userErrors { code } } }`,
        { id: lessonId },
      );
    }
    expect(await enrollmentOf(client, course.slug)).toMatchObject({
      progressPercent: 100,
      status: 'ACTIVE',
    });
    const graded = await answerQuiz(client, course.quizId ?? '');
    expect(graded).toMatchObject({ scorePercent: 100, passed: true });
    expect(await enrollmentOf(client, course.slug)).toMatchObject({ status: 'COMPLETED' });

    await waitFor(() => kinds().includes('CERTIFICATE_ISSUED'));
    expect(kinds().filter((kind) => kind === 'LESSON_COMPLETED')).toHaveLength(3);
    const seqs = notifications.received.map((data) => data.notificationReceived.seq);
    expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
    expect(notifications.errors).toEqual([]);

    await verifyCertificateOf(client, course.slug);
    await insightsShow(instructor, course.id, id);
  });

  it('gives the money back when the course is full', async () => {
    const small = await seed(instructor).course().withCapacity(1).priced(1000).published().create();
    const students = await Promise.all([newStudent(), newStudent()]);
    const orders = await Promise.all(students.map(({ client }) => order(client, small.id)));
    await Promise.all(orders.map(({ checkoutUrl }) => pay(checkoutUrl)));
    const statuses = () =>
      Promise.all(
        students.map(async ({ client }, index) => {
          const { order: found } = await client.run<{ order: { status: string } }>(
            'query ($id: ID!) { order(id: $id) { status } }',
            { id: orders[index]?.id },
          );
          return found.status;
        }),
      );
    await waitFor(async () => (await statuses()).sort().join() === 'PAID,REFUNDED');
  });

  it('answers one query from all four subgraphs', async () => {
    const query = await readFile(
      new URL('../schema/operations/flagship.graphql', import.meta.url),
      'utf8',
    );
    const student = await signedInAs('student');
    const { me } = await student.run<{ me: { enrollments: { nodes: unknown[] } } }>(query);
    expect(me.enrollments.nodes.length).toBeGreaterThan(0);
    expect(me).toMatchObject({
      enrollments: {
        nodes: [
          {
            progressPercent: expect.any(Number) as number,
            course: {
              title: expect.any(String) as string,
              discussions: { nodes: expect.any(Array) as unknown[] },
              analytics: { activeLearners: expect.any(Number) as number },
            },
          },
        ],
      },
      notifications: { nodes: expect.any(Array) as unknown[] },
      orders: { nodes: expect.any(Array) as unknown[] },
    });
  });
});

async function answerQuiz(client: GraphClient, quizId: string) {
  const { quiz } = await client.run<{
    quiz: { questions: { id: string; choices: { id: string; text: string }[] }[] };
  }>('query ($id: ID!) { quiz(id: $id) { questions { id choices { id text } } } }', { id: quizId });
  const answers = quiz.questions.map(({ id, choices }) => ({
    questionId: id,
    choiceIds: choices.filter(({ text }) => text === 'this').map((choice) => choice.id),
  }));
  const { submitQuiz } = await client.run<{ submitQuiz: { attempt: unknown } }>(
    `mutation ($input: SubmitQuizInput!) {
       submitQuiz(input: $input) { attempt { scorePercent passed } userErrors { code } }
     }`,
    { input: { quizId, answers, clientAttemptId: randomUUID() } },
  );
  return submitQuiz.attempt;
}

async function verifyCertificateOf(client: GraphClient, slug: string) {
  const { course: found } = await client.run<{
    course: { viewerEnrollment: { certificate: { verificationCode: string } } };
  }>(
    `query ($slug: String!) {
       course(slug: $slug) { viewerEnrollment { certificate { verificationCode } } }
     }`,
    { slug },
  );
  const code = found.viewerEnrollment.certificate.verificationCode;
  const verified = await visitor().run<{ verifyCertificate: unknown }>(
    'query ($code: String!) { verifyCertificate(code: $code) { __typename } }',
    { code },
  );
  expect(verified.verifyCertificate).not.toBeNull();
}

async function insightsShow(client: GraphClient, courseId: string, studentId: string) {
  const counts = await waitFor(async () => {
    const { funnel } = await client.run<{ funnel: { learners: number }[] }>(
      'query ($id: ID!) { funnel(courseId: $id) { learners } }',
      { id: courseId },
    );
    const learners = funnel.map((step) => step.learners);
    return learners.every((count) => count === 1) && learners;
  });
  expect(counts.length).toBeGreaterThan(2);
  const { atRiskLearners } = await client.run<{
    atRiskLearners: { nodes: { learner: { id: string } }[] };
  }>('query ($id: ID!) { atRiskLearners(courseId: $id) { nodes { learner { id } } } }', {
    id: courseId,
  });
  expect(atRiskLearners.nodes.map(({ learner }) => learner.id)).not.toContain(studentId);
}
