/** Why a lesson is closed to somebody who may see it. */
export type LessonLock = 'NOT_ENROLLED' | 'ENROLLMENT_SUSPENDED' | 'PREREQUISITES_MISSING';

export interface LessonAccess {
  readonly lessonId: string;
  /** Null when it is open. */
  readonly lock: LessonLock | null;
}

/** A lesson that must be completed before another. */
export interface MissingPrerequisite {
  readonly ofLessonId: string;
  readonly lessonId: string;
  readonly title: string;
}
