import { operation } from '../client/operation.js';
import type {
  CourseSpecification,
  LessonSpecification,
  QuizSpecification,
} from './specification.js';

const userErrors = 'userErrors { code message field }';

/** A course as its authors see it. */
export interface AuthoredCourse {
  readonly id: string;
  readonly status: 'DRAFT' | 'PUBLISHED' | 'ARCHIVED';
  readonly title: string;
  readonly summary: string;
  readonly description: string;
  readonly objectives: readonly string[];
  readonly price: { readonly amountMinor: string } | null;
  readonly modules: readonly {
    readonly id: string;
    readonly title: string;
    readonly lessons: readonly AuthoredLesson[];
  }[];
  readonly quizzes: readonly { readonly title: string }[];
}

export interface AuthoredLesson {
  readonly id: string;
  readonly externalKey: string | null;
  readonly title: string;
  readonly summary: string;
  readonly body: string | null;
  readonly kind: LessonSpecification['kind'];
  readonly difficulty: number | null;
  readonly isPublished: boolean;
  readonly isPreview: boolean;
  readonly durationMinutes: number | null;
  readonly prerequisites: readonly { readonly id: string }[];
}

export const authoredCourseOperation = operation<
  { course: AuthoredCourse | null },
  { slug: string }
>(
  `query AuthoredCourse($slug: String!) {
    course(slug: $slug) {
      id status title summary description objectives
      price { amountMinor }
      modules {
        id title
        lessons {
          id externalKey title summary body kind difficulty isPublished isPreview durationMinutes
          prerequisites { id }
        }
      }
      quizzes { title }
    }
  }`,
);

type CourseText = Pick<CourseSpecification, 'title' | 'summary' | 'description' | 'objectives'>;

export const createCourseOperation = operation<
  { createCourse: { course: { id: string } } },
  {
    input: CourseText &
      Pick<CourseSpecification, 'slug' | 'level' | 'language'> & { access: 'FREE' | 'PAID' };
  }
>(`mutation CreateCourse($input: CreateCourseInput!) {
    createCourse(input: $input) { course { id } ${userErrors} }
  }`);

export const updateCourseOperation = operation<
  { updateCourse: { course: { id: string } } },
  { input: { courseId: string } & Partial<CourseText> }
>(`mutation UpdateCourse($input: UpdateCourseInput!) {
    updateCourse(input: $input) { course { id } ${userErrors} }
  }`);

export const publishCourseOperation = operation<
  { publishCourse: { course: { id: string } } },
  { input: { courseId: string } }
>(`mutation PublishCourse($input: PublishCourseInput!) {
    publishCourse(input: $input) { course { id } ${userErrors} }
  }`);

export const createModuleOperation = operation<
  { createModule: { module: { id: string } } },
  { input: { courseId: string; title: string } }
>(`mutation CreateModule($input: CreateModuleInput!) {
    createModule(input: $input) { module { id } ${userErrors} }
  }`);

/** What can be changed of a lesson later. */
export type LessonFields = Omit<LessonSpecification, 'externalKey' | 'prerequisiteKeys'>;

export const createLessonOperation = operation<
  { createLesson: { lesson: { id: string } } },
  { input: LessonFields & { moduleId: string; externalKey: string } }
>(`mutation CreateLesson($input: CreateLessonInput!) {
    createLesson(input: $input) { lesson { id } ${userErrors} }
  }`);

export const updateLessonOperation = operation<
  { updateLesson: { lesson: { id: string } } },
  { input: Partial<LessonFields> & { lessonId: string } }
>(`mutation UpdateLesson($input: UpdateLessonInput!) {
    updateLesson(input: $input) { lesson { id } ${userErrors} }
  }`);

export const setLessonPrerequisitesOperation = operation<
  { setLessonPrerequisites: { lesson: { id: string } } },
  { input: { lessonId: string; prerequisiteIds: readonly string[] } }
>(`mutation SetLessonPrerequisites($input: SetLessonPrerequisitesInput!) {
    setLessonPrerequisites(input: $input) { lesson { id } ${userErrors} }
  }`);

export const createQuizOperation = operation<
  { createQuiz: { quiz: { id: string } } },
  { input: QuizSpecification & { courseId: string } }
>(`mutation CreateQuiz($input: CreateQuizInput!) {
    createQuiz(input: $input) { quiz { id } ${userErrors} }
  }`);

export const setCoursePriceOperation = operation<
  { setCoursePrice: { course: { id: string } } },
  { input: { courseId: string; amountMinor: string; currency: string } }
>(`mutation SetCoursePrice($input: SetCoursePriceInput!) {
    setCoursePrice(input: $input) { course { id } ${userErrors} }
  }`);
