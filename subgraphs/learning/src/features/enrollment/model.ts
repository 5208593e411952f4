import type { Connection } from '@pcc/platform';

export const enrollmentSources = [
  'FREE',
  'ORDER',
  'INVITATION',
  'COHORT',
  'ADMIN',
  'WAITING_LIST',
] as const;
export type EnrollmentSource = (typeof enrollmentSources)[number];

/** An enrolment as it stands at the moment it was read for: one whose time is over has ended. */
export interface Enrollment {
  readonly id: string;
  readonly userId: string;
  readonly courseId: string;
  readonly status: 'ACTIVE' | 'SUSPENDED' | 'COMPLETED' | 'ENDED';
  readonly source: EnrollmentSource;
  readonly progressPercent: number;
  readonly completedLessonCount: number;
  readonly enrolledAt: Date;
  readonly completedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly endedAt: Date | null;
  /** Counts the changes of state: the `aggregateVersion` of its events. */
  readonly version: number;
}

export type EnrollmentConnection = Connection<Enrollment>;

/** One change of state. */
export interface HistoryEntry {
  readonly enrollmentId: string;
  readonly status: string;
  readonly reason: string;
  readonly progressPercent: number;
  readonly happenedAt: Date;
}

/** What paid for an enrolment. */
export interface Payment {
  readonly orderId: string;
  readonly orderLineId: string;
}

/** How a person comes to a seat. */
export interface Admission {
  readonly source: EnrollmentSource;
  readonly payment?: Payment;
  readonly expiresAt?: Date | null;
}

/** Why a person does not get a place; also the reason in `enrollment.refused`. */
export type EnrollmentRefusal =
  | 'COURSE_NOT_AVAILABLE'
  | 'PAYMENT_REQUIRED'
  | 'ALREADY_ENROLLED'
  | 'COURSE_PREREQUISITES_MISSING'
  | 'COURSE_FULL';

export type EndReason = 'REFUNDED' | 'CANCELLED' | 'EXPIRED';

/** A course's seats, under the lock of its row. */
export interface Seats {
  readonly courseId: string;
  /** Whether it takes enrolments now: published, and within its window. */
  readonly isOpen: boolean;
  readonly access: string;
  readonly capacity: number | null;
  readonly enrolledCount: number;
  /** Kept for people on the waiting list who may pay now. */
  readonly heldCount: number;
  /** How many still wait: whoever comes now comes after them. */
  readonly waitingCount: number;
}
