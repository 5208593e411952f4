import type { DomainEvent, EventType } from '@pcc/events';
import type { NotificationDraft, NotificationKind } from './model.js';

type Optional = Partial<Pick<NotificationDraft, 'courseId' | 'orderId' | 'facts'>>;

const draft = (
  recipientId: string,
  kind: NotificationKind,
  about: Optional = {},
): NotificationDraft => ({ recipientId, kind, courseId: null, orderId: null, facts: {}, ...about });

/** A text can name one course; an order of several is told as an order. */
const onlyCourseOf = (lines: readonly { courseId: string }[]): string | null => {
  const courseIds = new Set(lines.map(({ courseId }) => courseId));
  return courseIds.size === 1 ? (lines[0]?.courseId ?? null) : null;
};

/** Who is told of an event, and what. `userIds` are those who teach, or who take, the event's course. */
type Rules = {
  readonly [Type in EventType]?: (
    data: DomainEvent<Type>['data'],
    userIds: readonly string[],
  ) => readonly NotificationDraft[];
};

/** Rules that need to know who teaches the course. */
export const instructorRules = {
  'enrollment.created': ({ userId, courseId }, instructorIds) => [
    draft(userId, 'ENROLLMENT_CREATED', { courseId }),
    ...instructorIds
      .filter((id) => id !== userId)
      .map((id) => draft(id, 'STUDENT_ENROLLED', { courseId })),
  ],
  'discussion.created': ({ courseId, authorId }, instructorIds) =>
    instructorIds
      .filter((id) => id !== authorId)
      .map((id) => draft(id, 'DISCUSSION_STARTED', { courseId })),
} satisfies Rules;

/** Rules that need to know who is enrolled in the course. */
export const studentRules = {
  'announcement.created': ({ courseId, authorId }, studentIds) =>
    studentIds
      .filter((id) => id !== authorId)
      .map((id) => draft(id, 'ANNOUNCEMENT_POSTED', { courseId })),
} satisfies Rules;

/** Rules that concern one person only. */
export const personalRules = {
  'order.paid': ({ userId, orderId, lines, totalMinor, currency }) => [
    draft(userId, 'ORDER_PAID', {
      orderId,
      courseId: onlyCourseOf(lines),
      facts: { amountMinor: totalMinor, currency },
    }),
  ],
  'order.refunded': ({ userId, orderId, lines, amountMinor, currency }) => [
    draft(userId, 'ORDER_REFUNDED', {
      orderId,
      courseId: onlyCourseOf(lines),
      facts: { amountMinor, currency },
    }),
  ],
  'order.payment_failed': ({ userId, orderId }) => [
    draft(userId, 'ORDER_PAYMENT_FAILED', { orderId }),
  ],
  'enrollment.refused': ({ userId, courseId, orderId }) => [
    draft(userId, 'ENROLLMENT_REFUSED', { courseId, orderId }),
  ],
  'waiting_list.offered': ({ userId, courseId, expiresAt }) => [
    draft(userId, 'SEAT_OFFERED', { courseId, facts: { deadline: expiresAt } }),
  ],
  'waiting_list.offer_expired': ({ userId, courseId }) => [
    draft(userId, 'SEAT_OFFER_EXPIRED', { courseId }),
  ],
  // She knows what she cancelled herself, and a refund is told as one.
  'enrollment.ended': ({ userId, courseId, reason }) =>
    reason === 'EXPIRED' ? [draft(userId, 'ENROLLMENT_EXPIRED', { courseId })] : [],
  'enrollment.suspended': ({ userId, courseId }) => [
    draft(userId, 'ENROLLMENT_SUSPENDED', { courseId }),
  ],
  'enrollment.resumed': ({ userId, courseId }) => [
    draft(userId, 'ENROLLMENT_RESUMED', { courseId }),
  ],
  // Of what the staff does, the rest has events of its own, or takes nothing away.
  'enrollment.administered': ({ userId, courseId, actorId, action }) =>
    action === 'ENDED' && actorId !== userId
      ? [draft(userId, 'ENROLLMENT_ENDED', { courseId })]
      : [],
  'lesson.completed': ({ userId, courseId, progressPercent }) => [
    draft(userId, 'LESSON_COMPLETED', { courseId, facts: { progressPercent } }),
  ],
  'quiz.graded': ({ userId, courseId, scorePercent, passed }) => [
    draft(userId, passed ? 'QUIZ_PASSED' : 'QUIZ_FAILED', { courseId, facts: { scorePercent } }),
  ],
  'course.completed': ({ userId, courseId }) => [draft(userId, 'COURSE_COMPLETED', { courseId })],
  'certificate.issued': ({ userId, courseId }) => [
    draft(userId, 'CERTIFICATE_ISSUED', { courseId }),
  ],
} satisfies Rules;
