import { randomUUID } from 'node:crypto';

interface FakeLesson {
  readonly id: string;
  prerequisites: FakeLesson[];
  [field: string]: unknown;
}
interface FakeModule {
  readonly id: string;
  readonly title: string;
  readonly lessons: FakeLesson[];
}
interface FakeCourse {
  readonly id: string;
  readonly modules: FakeModule[];
  readonly quizzes: { id: string; title: string }[];
  price: unknown;
  status: string;
  [field: string]: unknown;
}
type Input<Fields> = { readonly input: Fields };

const done = (payload: object) => ({ ...payload, userErrors: [] });
const refused = (code: string) => ({ userErrors: [{ code, message: `because ${code}` }] });

/** Authoring in memory: enough for the course writer, and for looking at what it has written. */
export function fakeCourses() {
  const courses: FakeCourse[] = [];
  /** How often commerce has yet to say that it does not know the course, and learning that it knows no price. */
  const state = { priceRefusals: 0, publishRefusals: 0, refusedTitle: '' };
  const courseOf = (id: string) => courses.find((course) => course.id === id) as FakeCourse;
  const lessons = () =>
    courses.flatMap((course) => course.modules.flatMap((module) => module.lessons));
  const lessonOf = (id: string) => lessons().find((lesson) => lesson.id === id) as FakeLesson;

  const resolvers = {
    course: ({ slug }: { slug: string }) =>
      courses.find((course) => course['slug'] === slug) ?? null,
    createCourse({ input }: Input<{ slug: string }>) {
      const course: FakeCourse = {
        ...input,
        id: randomUUID(),
        status: 'DRAFT',
        modules: [],
        quizzes: [],
        price: null,
      };
      courses.push(course);
      return done({ course });
    },
    updateCourse: ({ input }: Input<{ courseId: string }>) =>
      done({ course: Object.assign(courseOf(input.courseId), input) }),
    publishCourse({ input }: Input<{ courseId: string }>) {
      if (state.publishRefusals > 0) {
        state.publishRefusals -= 1;
        return refused('MISSING_PRICE');
      }
      return done({ course: Object.assign(courseOf(input.courseId), { status: 'PUBLISHED' }) });
    },
    createModule({ input }: Input<{ courseId: string; title: string }>) {
      const module: FakeModule = { id: randomUUID(), title: input.title, lessons: [] };
      courseOf(input.courseId).modules.push(module);
      return done({ module });
    },
    createLesson({ input }: Input<{ moduleId: string; title: string }>) {
      if (input.title === state.refusedTitle) return refused('INVALID_INPUT');
      const lesson: FakeLesson = { ...input, id: randomUUID(), prerequisites: [] };
      courses
        .flatMap((course) => course.modules)
        .find(({ id }) => id === input.moduleId)
        ?.lessons.push(lesson);
      return done({ lesson });
    },
    updateLesson: ({ input }: Input<{ lessonId: string }>) =>
      done({ lesson: Object.assign(lessonOf(input.lessonId), input) }),
    setLessonPrerequisites({ input }: Input<{ lessonId: string; prerequisiteIds: string[] }>) {
      const lesson = lessonOf(input.lessonId);
      lesson.prerequisites = input.prerequisiteIds.map(lessonOf);
      return done({ lesson });
    },
    createQuiz({ input }: Input<{ courseId: string; title: string }>) {
      const quiz = { id: randomUUID(), title: input.title };
      courseOf(input.courseId).quizzes.push(quiz);
      return done({ quiz });
    },
    setCoursePrice({ input }: Input<{ courseId: string; amountMinor: string; currency: string }>) {
      if (state.priceRefusals > 0) {
        state.priceRefusals -= 1;
        return refused('NOT_FOUND');
      }
      const { amountMinor, currency } = input;
      const course = courseOf(input.courseId);
      course.price = { amountMinor, currency };
      return done({ course });
    },
  };
  return { courses, lessons, state, resolvers };
}
