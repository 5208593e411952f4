export const lessonKinds = ['CONCEPT', 'EXERCISE', 'VIDEO', 'READING'] as const;

export interface CourseModule {
  readonly id: string;
  readonly courseId: string;
  readonly title: string;
  readonly position: number;
}

/** A lesson without its body: lists do not need it, and not everybody may read it. */
export interface Lesson {
  readonly id: string;
  readonly courseId: string;
  readonly moduleId: string;
  readonly title: string;
  readonly summary: string;
  readonly kind: (typeof lessonKinds)[number];
  readonly difficulty: number | null;
  readonly position: number;
  readonly isPublished: boolean;
  readonly isPreview: boolean;
  readonly durationMinutes: number | null;
  readonly externalKey: string | null;
  /** Counts the changes of the lesson. */
  readonly version: number;
}

export type LessonFields = Omit<Lesson, 'id' | 'courseId' | 'moduleId' | 'position' | 'version'> & {
  readonly body: string;
};

/** A prerequisite with the lesson that asks for it. */
export type Prerequisite = Lesson & { readonly ofLessonId: string };
