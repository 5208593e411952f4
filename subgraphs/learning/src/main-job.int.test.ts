import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestLearning, type TestLearning } from './test-support.js';

let learning: TestLearning;
beforeAll(async () => {
  learning = await startTestLearning();
});
afterAll(() => learning.close());

it('takes a visitor from registration to a certificate', async () => {
  const { anonymous } = learning;
  const account = { email: 'Maria@Example.test', password: 'correct horse battery' };
  const asked = await anonymous.do('register', { ...account, displayName: 'María' }, 'accepted');
  expect(asked).toEqual({ accepted: true, userErrors: [] });
  const { token } = await learning.mailTo('maria@example.test');
  const registered = await anonymous.do<{ session: { user: { id: string; email: string } } }>(
    'verifyEmail',
    { token, password: account.password },
    'session { user { id email } }',
  );
  expect(registered).toMatchObject({
    session: { user: { email: 'maria@example.test' } },
    userErrors: [],
  });
  const loggedIn = await anonymous.do<{ session: { user: { id: string } } }>(
    'logIn',
    account,
    'session { accessToken refreshToken expiresAt user { id } }',
  );
  const student = learning.as({
    id: loggedIn.session.user.id,
    role: 'student',
    sessionId: 'irrelevant',
  });

  const teacher = await learning.person('instructor', 'Ines');
  const { course } = await teacher.do<{ course: { id: string; slug: string } }>(
    'createCourse',
    { title: 'Gardening for beginners', summary: 'Plant things.', objectives: ['Plant'] },
    'course { id slug }',
  );
  expect(course.slug).toBe('gardening-for-beginners');
  const { module } = await teacher.do<{ module: { id: string } }>(
    'createModule',
    { courseId: course.id, title: 'Soil' },
    'module { id position }',
  );
  const lessonIds: string[] = [];
  for (const title of ['Earth', 'Water']) {
    const { lesson } = await teacher.do<{ lesson: { id: string } }>(
      'createLesson',
      { moduleId: module.id, title, body: `# ${title}` },
      'lesson { id }',
    );
    lessonIds.push(lesson.id);
  }
  const { quiz } = await teacher.do<{
    quiz: { id: string; questions: { id: string; choices: { id: string; text: string }[] }[] };
  }>(
    'createQuiz',
    {
      courseId: course.id,
      title: 'Check',
      questions: [
        {
          text: 'Plants need…',
          choices: [
            { text: 'water', isCorrect: true },
            { text: 'noise', isCorrect: false },
          ],
        },
      ],
    },
    'quiz { id questions { id choices { id text } } }',
  );
  await teacher.do('publishCourse', { courseId: course.id }, 'course { status }');

  const found = await anonymous.ask<{ courses: { nodes: { id: string }[] } }>(
    '{ courses(filter: { text: "gardening" }) { nodes { id title modules { lessons { title body isLocked } } } } }',
  );
  expect(found.courses.nodes).toMatchObject([
    {
      id: course.id,
      modules: [{ lessons: [{ title: 'Earth', body: null, isLocked: true }, { title: 'Water' }] }],
    },
  ]);

  const enrolled = await student.do('enrollInCourse', { courseId: course.id }, 'enrollment { id }');
  expect(enrolled.userErrors).toEqual([]);
  const progress = [];
  for (const lessonId of lessonIds) {
    const { enrollment } = await student.do<{ enrollment: { progressPercent: number } }>(
      'completeLesson',
      { lessonId },
      'enrollment { progressPercent status nextLesson { title } } lesson { completed body }',
    );
    progress.push(enrollment);
  }
  expect(progress).toEqual([
    { progressPercent: 50, status: 'ACTIVE', nextLesson: { title: 'Water' } },
    { progressPercent: 100, status: 'ACTIVE', nextLesson: null },
  ]);
  const question = quiz.questions[0];
  const right = question?.choices.find(({ text }) => text === 'water');
  const { attempt } = await student.do<{ attempt: object }>(
    'submitQuiz',
    {
      quizId: quiz.id,
      answers: [{ questionId: question?.id, choiceIds: [right?.id] }],
      clientAttemptId: 'one',
    },
    'attempt { scorePercent passed results { question { text } correct correctChoiceIds } }',
  );
  expect(attempt).toEqual({
    scorePercent: 100,
    passed: true,
    results: [{ question: { text: 'Plants need…' }, correct: true, correctChoiceIds: [right?.id] }],
  });

  const { me } = await student.ask<{
    me: { enrollments: { nodes: { certificate: { verificationCode: string } }[] } };
  }>(
    '{ me { enrollments { nodes { status progressPercent course { title } certificate { verificationCode studentName } } totalCount } } }',
  );
  expect(me.enrollments).toMatchObject({
    totalCount: 1,
    nodes: [{ status: 'COMPLETED', progressPercent: 100, certificate: { studentName: 'María' } }],
  });
  const code = me.enrollments.nodes[0]?.certificate.verificationCode ?? '';
  const verified = await anonymous.ask(
    'query ($code: String!) { verifyCertificate(code: $code) { valid courseTitle studentName } }',
    { code: code.toLowerCase().replaceAll('-', ' ') },
  );
  expect(verified).toEqual({
    verifyCertificate: {
      valid: true,
      courseTitle: 'Gardening for beginners',
      studentName: 'María',
    },
  });

  await learning.heard('certificate.issued');
  expect(new Set(learning.told.map(({ type }) => type))).toEqual(
    new Set([
      'user.registered',
      'session.started',
      'course.changed',
      'course.content_changed',
      'enrollment.created',
      'lesson.completed',
      'quiz.graded',
      'course.completed',
      'certificate.issued',
    ]),
  );
});
