import { operation } from '../client/operation.js';

const userErrors = 'userErrors { code message field }';

export interface Money {
  readonly amountMinor: string;
  readonly currency: string;
}

export const findCourseOperation = operation<
  { course: { id: string; title: string } | null },
  { slug: string }
>(`query FindCourse($slug: String!) { course(slug: $slug) { id title } }`);

export const searchOperation = operation<
  { courses: { nodes: readonly { slug: string }[] } },
  { text: string }
>(`query Search($text: String!) {
    courses(first: 20, filter: { text: $text }) { nodes { slug } }
  }`);

export interface OpenedCourse {
  readonly id: string;
  readonly title: string;
  readonly access: 'FREE' | 'PAID';
  readonly lessonCount: number;
  readonly modules: readonly { readonly lessons: readonly Lesson[] }[];
  readonly quizzes: readonly { readonly id: string }[];
  readonly instructors: readonly { readonly id: string }[];
  readonly price: Money | null;
  readonly rating: { readonly average: number | null; readonly count: number } | null;
  readonly analytics: { readonly activeLearners: number };
}

export interface Lesson {
  readonly id: string;
  readonly title: string;
  readonly isPreview: boolean;
  readonly isLocked: boolean;
  readonly prerequisites: readonly { readonly id: string }[];
}

/** The page of a course, as a visitor sees it: parts of all four subgraphs. */
export const openCourseOperation = operation<{ course: OpenedCourse | null }, { slug: string }>(
  `query OpenCourse($slug: String!) {
    course(slug: $slug) {
      id title access lessonCount
      modules { lessons { id title isPreview isLocked prerequisites { id } } }
      quizzes { id }
      instructors { id }
      price { amountMinor currency }
      rating { average count }
      analytics { activeLearners }
    }
  }`,
);

export const readLessonOperation = operation<
  { lesson: { body: string | null; isLocked: boolean } | null },
  { id: string }
>(`query ReadLesson($id: ID!) { lesson(id: $id) { body isLocked } }`);

export const notificationReceivedOperation = operation<
  {
    notificationReceived: {
      seq: number;
      kind: string;
      title: string;
      course: { id: string; title: string } | null;
    };
  },
  { after: number }
>(`subscription NotificationReceived($after: Int) {
    notificationReceived(after: $after) { seq kind title course { id title } }
  }`);

export interface Dashboard {
  readonly totals: {
    readonly enrollments: number;
    readonly completions: number;
    readonly activeLearners: number;
    readonly revenue: readonly Money[];
  };
}
const dashboardFields = `totals {
  enrollments completions activeLearners revenue { amountMinor currency }
}`;

export const dashboardUpdatedOperation = operation<
  { dashboardUpdated: Dashboard },
  { courseId: string }
>(`subscription DashboardUpdated($courseId: ID) {
    dashboardUpdated(courseId: $courseId) { ${dashboardFields} }
  }`);

export interface Insights {
  readonly dashboard: Dashboard;
  readonly funnel: readonly { readonly stage: string; readonly learners: number }[];
  readonly retention: readonly { readonly week: string; readonly size: number }[];
  readonly revenue: readonly { readonly paid: Money }[];
  readonly atRiskLearners: { readonly nodes: readonly { readonly learner: { id: string } }[] };
}

export const insightsOperation = operation<Insights, { courseId: string }>(
  `query Insights($courseId: ID!) {
    dashboard(courseId: $courseId) { ${dashboardFields} }
    funnel(courseId: $courseId) { stage learners }
    retention(courseId: $courseId, weeks: 2) { week size }
    revenue(courseId: $courseId, days: 30) { paid { amountMinor currency } }
    atRiskLearners(courseId: $courseId, first: 100) { nodes { learner { id } } }
  }`,
);

export interface Order {
  readonly id: string;
  readonly status: string;
  readonly subtotal: Money;
  readonly discount: Money;
  readonly total: Money;
  readonly checkoutUrl: string | null;
}

export const createOrderOperation = operation<
  { createOrder: { order: Order } },
  { input: { courseIds: readonly string[]; couponCode: string; idempotencyKey: string } }
>(`mutation CreateOrder($input: CreateOrderInput!) {
    createOrder(input: $input) {
      order {
        id status checkoutUrl
        subtotal { amountMinor currency } discount { amountMinor currency } total { amountMinor currency }
      }
      ${userErrors}
    }
  }`);

export const orderStatusOperation = operation<{ order: { status: string } | null }, { id: string }>(
  `query OrderStatus($id: ID!) { order(id: $id) { status } }`,
);

export const enrollOperation = operation<
  { enrollInCourse: { enrollment: { id: string } } },
  { input: { courseId: string } }
>(`mutation Enroll($input: EnrollInCourseInput!) {
    enrollInCourse(input: $input) { enrollment { id } ${userErrors} }
  }`);

export interface Enrollment {
  readonly id: string;
  readonly status: 'ACTIVE' | 'COMPLETED' | 'ENDED';
  readonly progressPercent: number;
  readonly certificate: { readonly verificationCode: string } | null;
}

export const enrollmentOperation = operation<
  { course: { viewerEnrollment: Enrollment | null } | null },
  { slug: string }
>(`query MyEnrollment($slug: String!) {
    course(slug: $slug) {
      viewerEnrollment { id status progressPercent certificate { verificationCode } }
    }
  }`);

export const completeLessonOperation = operation<
  { completeLesson: { enrollment: { progressPercent: number; status: string } } },
  { input: { lessonId: string } }
>(`mutation CompleteLesson($input: CompleteLessonInput!) {
    completeLesson(input: $input) { enrollment { progressPercent status } ${userErrors} }
  }`);

export const quizOperation = operation<
  {
    quiz: {
      title: string;
      questions:
        | readonly {
            id: string;
            multiple: boolean;
            choices: readonly { id: string }[];
          }[]
        | null;
    } | null;
  },
  { id: string }
>(`query OpenQuiz($id: ID!) {
    quiz(id: $id) { title questions { id multiple choices { id } } }
  }`);

export const submitQuizOperation = operation<
  {
    submitQuiz: {
      attempt: {
        scorePercent: number;
        passed: boolean;
        results: readonly { question: { id: string }; correct: boolean }[];
      };
    };
  },
  {
    input: {
      quizId: string;
      clientAttemptId: string;
      answers: readonly { questionId: string; choiceIds: readonly string[] }[];
    };
  }
>(`mutation SubmitQuiz($input: SubmitQuizInput!) {
    submitQuiz(input: $input) {
      attempt { scorePercent passed results { question { id } correct } }
      ${userErrors}
    }
  }`);

export const verifyCertificateOperation = operation<
  {
    verifyCertificate: { valid: boolean; studentName: string; courseTitle: string } | null;
  },
  { code: string }
>(`query VerifyCertificate($code: String!) {
    verifyCertificate(code: $code) { valid studentName courseTitle }
  }`);
