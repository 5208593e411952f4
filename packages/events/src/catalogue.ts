import { z } from 'zod';

/**
 * The domain events: the only nouns that subgraphs share. They carry ids and facts, never personal data
 * (no name, no e-mail): a consumer that needs those asks their owner.
 *
 * A change must stay readable by consumers of the version before: add optional fields, never rename.
 * How to add one: docs/add-an-event.md.
 */

const id = z.string();
/** In the currency's smallest unit, as a decimal string: JSON has no 64-bit integers. */
const amountMinor = z.string().regex(/^-?\d+$/);
const currency = z.string().length(3);
const percent = z.number().min(0).max(100);

const enrollment = z.object({ enrollmentId: id, userId: id, courseId: id });
const waiting = z.object({ userId: id, courseId: id });
const orderLine = z.object({ orderLineId: id, courseId: id, amountMinor });

export const eventCatalogue = {
  // learning: people
  'user.registered': z.object({
    userId: id,
    role: z.string(),
    language: z.string(),
    /** An IANA name; absent in older events. */
    timeZone: z.string().optional(),
  }),
  /** Anything of a person changed that others may see or keep, as a snapshot; ordered by `aggregateVersion`. */
  'user.changed': z.object({
    userId: id,
    role: z.string(),
    language: z.string(),
    timeZone: z.string(),
    /** Who changed it: herself or an admin. Absent when the platform's operator did, and in older events. */
    actorId: id.optional(),
  }),
  /** An admin took away the use of an account. `actorId` is the admin. */
  'user.suspended': z.object({ userId: id, actorId: id }),
  /** And gave it back. */
  'user.reinstated': z.object({ userId: id, actorId: id }),
  /** An admin begins to act as somebody. The reason is the admin's own words. */
  'impersonation.started': z.object({
    userId: id,
    actorId: id,
    sessionId: id,
    reason: z.string(),
  }),
  /** Somebody signed in: what retention counts. */
  'session.started': z.object({ userId: id, sessionId: id }),

  // learning: catalogue
  /** Any change of a course, as a snapshot for projections; ordered by `aggregateVersion`. */
  'course.changed': z.object({
    courseId: id,
    slug: z.string(),
    title: z.string(),
    status: z.enum(['DRAFT', 'PUBLISHED', 'ARCHIVED']),
    language: z.string(),
    instructorIds: z.array(id),
    /** Present when it is deleted; `status` is then ARCHIVED for those who do not look. */
    deleted: z.boolean().optional(),
    /** When a published course is open to everybody; no end where one is left out. */
    availableFrom: z.iso.datetime().optional(),
    availableUntil: z.iso.datetime().optional(),
    /** The courses that must be completed before it; absent in older events, which do not know. */
    prerequisiteIds: z.array(id).optional(),
  }),
  /** Modules or lessons were written, moved or taken away. All of the course's when none is named. */
  'course.content_changed': z.object({
    courseId: id,
    moduleId: id.optional(),
    lessonId: id.optional(),
  }),
  'category.changed': z.object({ categoryId: id }),
  /** Its text stays with learning: whoever tells people of it sends them there. */
  'announcement.created': z.object({ announcementId: id, courseId: id, authorId: id }),

  // learning: enrolment and progress
  'enrollment.created': z.object({
    enrollmentId: id,
    userId: id,
    courseId: id,
    /** Present when an order paid for it. */
    orderId: id.optional(),
    orderLineId: id.optional(),
    /** How she came to the seat: `FREE`, `ORDER`, `INVITATION`, `COHORT`, `ADMIN` or `WAITING_LIST`. */
    source: z.string().optional(),
  }),
  /** A paid order line could not be enrolled; commerce gives the money back. */
  'enrollment.refused': z.object({
    userId: id,
    courseId: id,
    orderId: id,
    orderLineId: id,
    reason: z.string(),
  }),
  'enrollment.ended': z.object({
    enrollmentId: id,
    userId: id,
    courseId: id,
    reason: z.enum(['REFUNDED', 'CANCELLED', 'EXPIRED']),
  }),
  /** Stopped by the staff, and let go on: ordered by `aggregateVersion`, with the end. */
  'enrollment.suspended': enrollment,
  'enrollment.resumed': enrollment,
  /** The staff did something about somebody's enrolment: what an audit must know. */
  'enrollment.administered': z.object({
    ...enrollment.shape,
    actorId: id,
    action: z.string(),
  }),
  'waiting_list.joined': waiting,
  'waiting_list.left': waiting,
  /** A seat of a paid course is kept for her until then. */
  'waiting_list.offered': z.object({ ...waiting.shape, expiresAt: z.string() }),
  'waiting_list.offer_expired': waiting,
  'invitation.created': z.object({ invitationId: id, courseId: id }),
  'invitation.revoked': z.object({ invitationId: id, courseId: id }),
  /** A cohort as it is after a change; ordered by `aggregateVersion`. */
  'cohort.changed': z.object({ cohortId: id, courseId: id, memberCount: z.number().int() }),
  'lesson.completed': z.object({
    enrollmentId: id,
    userId: id,
    courseId: id,
    lessonId: id,
    progressPercent: percent,
  }),
  /** Somebody worked on a lesson: seconds since the event before, as her client counted them. */
  'lesson.progressed': z.object({
    ...enrollment.shape,
    lessonId: id,
    positionSeconds: z.number().int(),
    watchedSeconds: z.number().int(),
    /** By her clock; what was done without a connection is told later. */
    workedAt: z.string().optional(),
  }),
  /** The staff took back what was completed. */
  'progress.reset': enrollment,
  'quiz.graded': z.object({
    attemptId: id,
    quizId: id,
    userId: id,
    courseId: id,
    scorePercent: percent,
    passed: z.boolean(),
  }),
  'course.completed': z.object({ enrollmentId: id, userId: id, courseId: id }),
  /**
   * Somebody had completed this course long ago: nothing happens now. Told once, by a migration, for a consumer that
   * began to ask after the fact; `course.completed` told again would be counted and congratulated again.
   */
  'completion.restated': z.object({ userId: id, courseId: id }),
  'certificate.issued': z.object({ certificateId: id, userId: id, courseId: id }),
  /** The course was paid back: the certificate is worth nothing any more. */
  'certificate.revoked': z.object({ certificateId: id, userId: id, courseId: id }),

  // commerce
  'price.changed': z.object({ courseId: id, amountMinor, currency }),
  'order.created': z.object({
    orderId: id,
    userId: id,
    totalMinor: amountMinor,
    currency,
    lines: z.array(orderLine),
  }),
  'order.paid': z.object({
    orderId: id,
    userId: id,
    totalMinor: amountMinor,
    currency,
    lines: z.array(orderLine),
  }),
  'order.payment_failed': z.object({ orderId: id, userId: id, reason: z.string() }),
  /** Money went back for these lines; each ends the enrolment that it paid for. */
  'order.refunded': z.object({
    orderId: id,
    userId: id,
    refundId: id,
    amountMinor,
    currency,
    lines: z.array(orderLine),
    reason: z.string(),
  }),

  // content
  'discussion.created': z.object({ discussionId: id, courseId: id, authorId: id }),
  /** The course's rating after a change, as a snapshot; ordered by `aggregateVersion`. */
  'course.rated': z.object({
    courseId: id,
    userId: id,
    stars: z.number().int(),
    average: z.number(),
    count: z.number().int(),
  }),
} as const;

export type EventType = keyof typeof eventCatalogue;
export type EventData<Type extends EventType> = z.output<(typeof eventCatalogue)[Type]>;

export const eventTypes = Object.keys(eventCatalogue) as EventType[];
