import { randomUUID } from 'node:crypto';
import type { GraphClient } from './graph-client.js';
import { waitFor } from './wait-for.js';

export interface SeededCourse {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  /** In order. */
  readonly lessonIds: readonly string[];
  readonly quizId: string | null;
}

/** Describes a course step by step; `create` makes it through the public API, as its author would. */
export interface CourseSeed {
  titled(title: string): CourseSeed;
  withLessons(count: number): CourseSeed;
  /** One question with two choices, of which the first is right. */
  withQuiz(): CourseSeed;
  withCapacity(capacity: number): CourseSeed;
  /** Makes it a paid course with this price in euros' cents. */
  priced(amountMinor: number): CourseSeed;
  /** Left in draft otherwise. */
  published(): CourseSeed;
  create(): Promise<SeededCourse>;
}

interface Plan {
  readonly title: string;
  readonly lessons: number;
  readonly quiz: boolean;
  readonly capacity: number | null;
  readonly price: number | null;
  readonly published: boolean;
}

/** Fills a running graph. @param author an instructor or admin, signed in */
export const seed = (author: GraphClient) => ({
  course: (): CourseSeed =>
    courseSeed(author, {
      title: `Course ${randomUUID().slice(0, 8)}`,
      lessons: 1,
      quiz: false,
      capacity: null,
      price: null,
      published: false,
    }),
});

const courseSeed = (author: GraphClient, plan: Plan): CourseSeed => {
  const but = (change: Partial<Plan>) => courseSeed(author, { ...plan, ...change });
  return {
    titled: (title) => but({ title }),
    withLessons: (lessons) => but({ lessons }),
    withQuiz: () => but({ quiz: true }),
    withCapacity: (capacity) => but({ capacity }),
    priced: (price) => but({ price }),
    published: () => but({ published: true }),
    create: () => createCourse(author, plan),
  };
};

async function createCourse(author: GraphClient, plan: Plan): Promise<SeededCourse> {
  const { createCourse: created } = await author.run<{
    createCourse: { course: { id: string; slug: string } };
  }>(
    `mutation ($input: CreateCourseInput!) {
       createCourse(input: $input) { course { id slug } userErrors { code message field } }
     }`,
    {
      input: {
        title: plan.title,
        slug: `course-${randomUUID()}`,
        summary: 'A course for tests.',
        objectives: ['Pass the tests.'],
        access: plan.price === null ? 'FREE' : 'PAID',
        capacity: plan.capacity,
      },
    },
  );
  const { id, slug } = created.course;
  const lessonIds = await createLessons(author, id, plan.lessons);
  const quizId = plan.quiz ? await createQuiz(author, id) : null;
  if (plan.price !== null) await setPrice(author, id, plan.price);
  if (plan.published) await publish(author, id);
  return { id, slug, title: plan.title, lessonIds, quizId };
}

async function createLessons(author: GraphClient, courseId: string, count: number) {
  const { createModule } = await author.run<{ createModule: { module: { id: string } } }>(
    `mutation ($input: CreateModuleInput!) {
       createModule(input: $input) { module { id } userErrors { code message } }
     }`,
    { input: { courseId, title: 'Module 1' } },
  );
  const ids: string[] = [];
  for (let number = 1; number <= count; number++) {
    const { createLesson } = await author.run<{ createLesson: { lesson: { id: string } } }>(
      `mutation ($input: CreateLessonInput!) {
         createLesson(input: $input) { lesson { id } userErrors { code message } }
       }`,
      { input: { moduleId: createModule.module.id, title: `Lesson ${number}`, body: 'Text.' } },
    );
    ids.push(createLesson.lesson.id);
  }
  return ids;
}

async function createQuiz(author: GraphClient, courseId: string): Promise<string> {
  const { createQuiz: created } = await author.run<{ createQuiz: { quiz: { id: string } } }>(
    `mutation ($input: CreateQuizInput!) {
       createQuiz(input: $input) { quiz { id } userErrors { code message } }
     }`,
    {
      input: {
        courseId,
        title: 'Quiz',
        questions: [
          {
            text: 'Which is right?',
            choices: [
              { text: 'this', isCorrect: true },
              { text: 'that', isCorrect: false },
            ],
          },
        ],
      },
    },
  );
  return created.quiz.id;
}

/** Commerce learns of a new course by an event, so its first answer may be that there is none. */
async function setPrice(author: GraphClient, courseId: string, amountMinor: number) {
  await waitFor(
    async () => {
      await author.run(
        `mutation ($input: SetCoursePriceInput!) {
           setCoursePrice(input: $input) { userErrors { code message } }
         }`,
        { input: { courseId, amountMinor: String(amountMinor), currency: 'EUR' } },
      );
      return true;
    },
    { what: 'commerce to know the course' },
  );
}

/** Learning hears of a price by an event too, and publishes no paid course before. */
async function publish(author: GraphClient, courseId: string) {
  await waitFor(
    async () => {
      await author.run(
        `mutation ($input: PublishCourseInput!) {
           publishCourse(input: $input) { userErrors { code message } }
         }`,
        { input: { courseId } },
      );
      return true;
    },
    { what: 'learning to publish the course' },
  );
}
