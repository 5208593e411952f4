import type { Connection } from '@pcc/platform';

export const activityKinds = [
  'SIGNED_IN',
  'ACCOUNT_CHANGED',
  'ENROLLED',
  'ENROLLMENT_ENDED',
  'LESSON_COMPLETED',
  'QUIZ_SUBMITTED',
  'COURSE_COMPLETED',
  'CERTIFICATE_ISSUED',
] as const;

/** Something a person did, or that was done to her account. */
export interface UserActivity {
  /** The event's. */
  readonly id: string;
  readonly userId: string;
  readonly kind: (typeof activityKinds)[number];
  readonly courseId: string | null;
  readonly occurredAt: Date;
}

export type UserActivityConnection = Connection<UserActivity>;

/** What one learner did for one course on one day, in UTC. */
export interface LearningDay {
  /** `2026-03-01` */
  readonly day: string;
  readonly seconds: number;
  readonly lessonsCompleted: number;
  readonly quizAttempts: number;
}

export type LearningDayConnection = Connection<LearningDay>;
