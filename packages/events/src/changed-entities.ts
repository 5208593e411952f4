import { entityTag, viewerTag } from '@pcc/stores';
import type { EventData, EventType } from './catalogue.js';

/** What an event changes of what caches may keep: entities by id, and people for whom something is kept alone. */
interface Changed {
  readonly courses?: readonly string[];
  readonly users?: readonly string[];
  readonly enrollments?: readonly string[];
  readonly orders?: readonly string[];
  readonly cohorts?: readonly string[];
  /** Whose own view of things changes: her enrolment, progress, orders, ratings. */
  readonly viewers?: readonly string[];
}

type Changes = { readonly [Type in EventType]: (data: EventData<Type>) => Changed };

/** Every event says it: what is forgotten here is shown stale for as long as its `@cacheControl` allows. */
const changes: Changes = {
  'user.registered': ({ userId }) => ({ users: [userId] }),
  'user.changed': ({ userId }) => ({ users: [userId], viewers: [userId] }),
  'user.suspended': ({ userId }) => ({ users: [userId] }),
  'user.reinstated': ({ userId }) => ({ users: [userId] }),
  'impersonation.started': () => ({}),
  'session.started': () => ({}),
  'course.changed': ({ courseId }) => ({ courses: [courseId] }),
  'course.content_changed': ({ courseId }) => ({ courses: [courseId] }),
  'category.changed': () => ({}),
  'announcement.created': () => ({}),
  'enrollment.created': ({ enrollmentId, userId }) => ({
    enrollments: [enrollmentId],
    viewers: [userId],
  }),
  'enrollment.refused': ({ orderId, userId }) => ({ orders: [orderId], viewers: [userId] }),
  'enrollment.ended': ({ enrollmentId, userId }) => ({
    enrollments: [enrollmentId],
    viewers: [userId],
  }),
  'enrollment.suspended': ({ enrollmentId, userId }) => ({
    enrollments: [enrollmentId],
    viewers: [userId],
  }),
  'enrollment.resumed': ({ enrollmentId, userId }) => ({
    enrollments: [enrollmentId],
    viewers: [userId],
  }),
  'enrollment.administered': ({ enrollmentId, userId }) => ({
    enrollments: [enrollmentId],
    viewers: [userId],
  }),
  'waiting_list.joined': ({ userId, courseId }) => ({ courses: [courseId], viewers: [userId] }),
  'waiting_list.left': ({ userId, courseId }) => ({ courses: [courseId], viewers: [userId] }),
  'waiting_list.offered': ({ userId }) => ({ viewers: [userId] }),
  'waiting_list.offer_expired': ({ userId, courseId }) => ({
    courses: [courseId],
    viewers: [userId],
  }),
  'invitation.created': () => ({}),
  'invitation.revoked': () => ({}),
  'cohort.changed': ({ cohortId }) => ({ cohorts: [cohortId] }),
  'lesson.completed': ({ enrollmentId, userId }) => ({
    enrollments: [enrollmentId],
    viewers: [userId],
  }),
  'lesson.progressed': ({ enrollmentId, userId }) => ({
    enrollments: [enrollmentId],
    viewers: [userId],
  }),
  'progress.reset': ({ enrollmentId, userId }) => ({
    enrollments: [enrollmentId],
    viewers: [userId],
  }),
  'quiz.graded': ({ userId }) => ({ viewers: [userId] }),
  'course.completed': ({ enrollmentId, userId }) => ({
    enrollments: [enrollmentId],
    viewers: [userId],
  }),
  'completion.restated': () => ({}),
  'certificate.issued': ({ userId }) => ({ viewers: [userId] }),
  'certificate.revoked': ({ userId }) => ({ viewers: [userId] }),
  'price.changed': ({ courseId }) => ({ courses: [courseId] }),
  'order.created': ({ orderId, userId }) => ({ orders: [orderId], viewers: [userId] }),
  'order.paid': ({ orderId, userId }) => ({ orders: [orderId], viewers: [userId] }),
  'order.payment_failed': ({ orderId, userId }) => ({ orders: [orderId], viewers: [userId] }),
  'order.refunded': ({ orderId, userId }) => ({ orders: [orderId], viewers: [userId] }),
  'discussion.created': ({ authorId }) => ({ viewers: [authorId] }),
  'course.rated': ({ courseId, userId }) => ({ courses: [courseId], viewers: [userId] }),
};

const tagsOf = (type: string, ids: readonly string[] = []): string[] =>
  ids.map((id) => entityTag(type, { id }));

/** The tags under which caches keep what this event has changed. */
export function changedTags<Type extends EventType>(type: Type, data: EventData<Type>): string[] {
  const { courses, users, enrollments, orders, cohorts, viewers = [] } = changes[type](data);
  return [
    ...tagsOf('Course', courses),
    ...tagsOf('User', users),
    ...tagsOf('Enrollment', enrollments),
    ...tagsOf('Order', orders),
    ...tagsOf('Cohort', cohorts),
    ...viewers.map(viewerTag),
  ];
}
