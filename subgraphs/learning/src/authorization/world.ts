import { writeCourse, type TestCourse } from '../test-courses.js';
import { startTestLearning, type Person, type TestLearning } from '../test-support.js';
import type { Who } from './people.js';

/** What the rows ask about. Rows of mutations change `scratch` only; the rest stays as it was made. */
export interface World {
  readonly learning: TestLearning;
  readonly by: Readonly<Record<Who, Person>>;
  /** Published, the owner's: two lessons, the second of which requires the first, and a quiz. */
  readonly course: TestCourse;
  /** Of `enrolled` in it; she has passed the quiz and completed no lesson. */
  readonly enrollmentId: string;
  readonly quizId: string;
  /** Not published; one lesson. */
  readonly draft: TestCourse;
  /** Completed by `enrolled`, who has its certificate. */
  readonly finished: TestCourse;
  readonly finishedEnrollmentId: string;
  readonly certificateCode: string;
  /** For mutations: like `course`, with `enrolled` in it. */
  readonly scratch: TestCourse & { readonly quizId: string };
}

/** One question with one right choice. */
export const quizInput = (courseId: string) => ({
  courseId,
  title: 'Quiz',
  questions: [
    {
      text: 'Right?',
      choices: [
        { text: 'yes', isCorrect: true },
        { text: 'no', isCorrect: false },
      ],
    },
  ],
});

export async function makeWorld(): Promise<World> {
  const learning = await startTestLearning();
  const by = {
    anonymous: learning.anonymous,
    student: await learning.person(),
    enrolled: await learning.person('student', 'Eva Enrolled'),
    otherTeacher: await learning.person('instructor'),
    owner: await learning.person('instructor'),
    admin: await learning.person('admin'),
  };
  const { owner, enrolled } = by;
  const course = await writeCourse(owner, { lessons: 2, fields: { capacity: 100 } });
  await describeLessons(owner, course);
  const quiz = await writeQuiz(owner, course);
  const enrollmentId = await enroll(enrolled, course);
  await passQuiz(enrolled, quiz);
  const draft = await writeCourse(owner, { publish: false });
  const finished = await writeCourse(owner);
  const finishedEnrollmentId = await enroll(enrolled, finished);
  const scratch = await writeCourse(owner, { lessons: 2 });
  const scratchQuiz = await writeQuiz(owner, scratch);
  await enroll(enrolled, scratch);
  return {
    learning,
    by,
    course,
    enrollmentId,
    quizId: quiz.id,
    draft,
    finished,
    finishedEnrollmentId,
    certificateCode: await completeLesson(enrolled, finished),
    scratch: { ...scratch, quizId: scratchQuiz.id },
  };
}

/** Everything that may be left out is there, so that hidden means hidden. */
async function describeLessons(owner: Person, { lessonIds: [first, second] }: TestCourse) {
  const details = { difficulty: 3, durationMinutes: 15 };
  await owner.do('updateLesson', { lessonId: first, externalKey: 'first', ...details }, '');
  await owner.do('updateLesson', { lessonId: second, externalKey: 'second', ...details }, '');
  await owner.do('setLessonPrerequisites', { lessonId: second, prerequisiteIds: [first] }, '');
}

interface Quiz {
  readonly id: string;
  readonly questions: readonly { id: string; choices: readonly { id: string; text: string }[] }[];
}

async function writeQuiz(owner: Person, course: TestCourse): Promise<Quiz> {
  const selection = 'quiz { id questions { id choices { id text } } }';
  const { quiz } = await owner.do<{ quiz: Quiz }>('createQuiz', quizInput(course.id), selection);
  return quiz;
}

async function passQuiz(person: Person, quiz: Quiz): Promise<void> {
  const answers = quiz.questions.map(({ id, choices }) => ({
    questionId: id,
    choiceIds: choices.filter(({ text }) => text === 'yes').map((choice) => choice.id),
  }));
  await person.do('submitQuiz', { quizId: quiz.id, answers, clientAttemptId: 'first' }, '');
}

export async function enroll(person: Person, course: { id: string }): Promise<string> {
  const { enrollment } = await person.do<{ enrollment: { id: string } }>(
    'enrollInCourse',
    { courseId: course.id },
    'enrollment { id }',
  );
  return enrollment.id;
}

/** Of a course of one lesson. @returns the certificate's code */
async function completeLesson(person: Person, course: TestCourse): Promise<string> {
  const { enrollment } = await person.do<{
    enrollment: { certificate: { verificationCode: string } };
  }>(
    'completeLesson',
    { lessonId: course.lessonIds[0] },
    'enrollment { certificate { verificationCode } }',
  );
  return enrollment.certificate.verificationCode;
}
