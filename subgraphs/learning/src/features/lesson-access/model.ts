/** Why a lesson is closed to somebody who may see it. */
export type LessonLock =
  'NOT_ENROLLED' | 'ENROLLMENT_SUSPENDED' | 'NOT_STARTED' | 'PREREQUISITES_MISSING';

export interface LessonAccess {
  readonly lessonId: string;
  /** Null when it is open. */
  readonly lock: LessonLock | null;
  /** When the viewer's enrolment begins; null when it has. */
  readonly beginsAt: Date | null;
}

/** A lesson that must be completed before another. */
export interface MissingPrerequisite {
  readonly ofLessonId: string;
  readonly lessonId: string;
  readonly title: string;
}
