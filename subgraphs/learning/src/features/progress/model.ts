export const completionRuleKinds = [
  'LESSONS_AND_QUIZZES',
  'MINIMUM_GRADE',
  'LESSONS_AND_MINIMUM_GRADE',
] as const;

/** What a course asks of its learners. */
export interface CompletionRule {
  readonly courseId: string;
  readonly kind: (typeof completionRuleKinds)[number];
  /** Percent, 1 to 100; null where no grade is asked for. */
  readonly minimumGrade: number | null;
}

/** How far a person has come within a lesson. */
export interface LessonProgress {
  readonly enrollmentId: string;
  readonly lessonId: string;
  readonly positionSeconds: number;
  readonly watchedSeconds: number;
  /** By the learner's clock; null when only the completion is known. */
  readonly occurredAt: Date | null;
  readonly completedAt: Date | null;
}

/** What a client tells of work on a lesson. */
export interface ProgressEvent {
  readonly lessonId: string;
  /** The client's own name for it: sent twice, it counts once. */
  readonly clientEventId: string;
  readonly positionSeconds: number;
  /** Since the event before. */
  readonly watchedSeconds: number;
  readonly occurredAt: Date;
  readonly completed?: boolean | null | undefined;
}

/** What became of one event of a batch. */
export interface ProgressEventResult {
  readonly clientEventId: string;
  /** Null when it was taken, now or before. */
  readonly code: string | null;
}
