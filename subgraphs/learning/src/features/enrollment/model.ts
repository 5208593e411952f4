import type { Connection } from '@pcc/platform';

export interface Enrollment {
  readonly id: string;
  readonly userId: string;
  readonly courseId: string;
  readonly status: 'ACTIVE' | 'COMPLETED' | 'ENDED';
  readonly progressPercent: number;
  readonly completedLessonCount: number;
  readonly enrolledAt: Date;
  readonly completedAt: Date | null;
}

export type EnrollmentConnection = Connection<Enrollment>;

/** What paid for an enrolment. */
export interface Payment {
  readonly orderId: string;
  readonly orderLineId: string;
}

/** Why a person does not get a place; also the reason in `enrollment.refused`. */
export type EnrollmentRefusal =
  'COURSE_NOT_AVAILABLE' | 'PAYMENT_REQUIRED' | 'ALREADY_ENROLLED' | 'COURSE_FULL';
