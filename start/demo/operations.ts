import { operation } from '../../tools/client/operation.js';

/** What is public of a demo course: enough to see whether everything has been made. */
export const publishedOperation = operation<
  { course: { id: string; status: string } | null },
  { slug: string }
>(`query IsPublished($slug: String!) { course(slug: $slug) { id status } }`);

export const anyCourseOperation = operation<{ courses: { nodes: readonly { id: string }[] } }>(
  `query AnyCourse { courses(first: 1) { nodes { id } } }`,
);

export const createCouponOperation = operation<
  { createCoupon: { coupon: { id: string } } },
  { input: { code: string; percentOff: number } }
>(`mutation CreateCoupon($input: CreateCouponInput!) {
    createCoupon(input: $input) { coupon { id } userErrors { code message field } }
  }`);

export const learnerCourseOperation = operation<
  {
    course: {
      viewerEnrollment: { completedLessonCount: number } | null;
      modules: readonly { lessons: readonly { id: string }[] }[];
    } | null;
  },
  { slug: string }
>(`query LearnerCourse($slug: String!) {
    course(slug: $slug) {
      viewerEnrollment { completedLessonCount }
      modules { lessons { id } }
    }
  }`);

export const enrollOperation = operation<
  { enrollInCourse: { enrollment: { id: string } } },
  { input: { courseId: string } }
>(`mutation Enroll($input: EnrollInCourseInput!) {
    enrollInCourse(input: $input) { enrollment { id } userErrors { code message field } }
  }`);

export const completeLessonOperation = operation<
  { completeLesson: { lesson: { id: string } } },
  { input: { lessonId: string } }
>(`mutation CompleteLesson($input: CompleteLessonInput!) {
    completeLesson(input: $input) { lesson { id } userErrors { code message field } }
  }`);

export const discussionCountOperation = operation<
  { course: { discussions: { totalCount: number } | null } | null },
  { slug: string }
>(`query DiscussionCount($slug: String!) {
    course(slug: $slug) { discussions(first: 1) { totalCount } }
  }`);

export const startDiscussionOperation = operation<
  { startDiscussion: { discussion: { id: string } } },
  { input: { courseId: string; title: string; body: string } }
>(`mutation StartDiscussion($input: StartDiscussionInput!) {
    startDiscussion(input: $input) { discussion { id } userErrors { code message field } }
  }`);
