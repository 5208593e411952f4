/** A course as an author has it outside of the platform. */
export interface CourseSpecification {
  readonly slug: string;
  readonly title: string;
  readonly summary: string;
  /** Markdown. */
  readonly description: string;
  /** What learners will be able to do, one sentence each. */
  readonly objectives: readonly string[];
  readonly level: 'BEGINNER' | 'INTERMEDIATE' | 'ADVANCED';
  readonly language: 'EN' | 'ES' | 'PT';
  /** `null` makes it free. */
  readonly price: { readonly amountMinor: string; readonly currency: string } | null;
  readonly modules: readonly ModuleSpecification[];
  readonly quizzes: readonly QuizSpecification[];
}

export interface ModuleSpecification {
  /** Its name within the course: modules are found again by it. */
  readonly title: string;
  readonly lessons: readonly LessonSpecification[];
}

export interface LessonSpecification {
  /** Its name within the course: lessons are found again by it. */
  readonly externalKey: string;
  readonly title: string;
  readonly summary: string;
  /** Markdown. */
  readonly body: string;
  readonly kind: 'CONCEPT' | 'EXERCISE' | 'VIDEO' | 'READING';
  readonly difficulty: number | null;
  readonly isPublished: boolean;
  readonly isPreview: boolean;
  readonly durationMinutes: number | null;
  /** External keys of lessons of the same course. */
  readonly prerequisiteKeys: readonly string[];
}

export interface QuizSpecification {
  /** Its name within the course: quizzes are found again by it. */
  readonly title: string;
  readonly passPercent: number;
  readonly questions: readonly QuestionSpecification[];
}

export interface QuestionSpecification {
  readonly text: string;
  readonly choices: readonly { readonly text: string; readonly isCorrect: boolean }[];
}
