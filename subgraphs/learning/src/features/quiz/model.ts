export interface Quiz {
  readonly id: string;
  readonly courseId: string;
  readonly title: string;
  readonly passPercent: number;
  readonly maxAttempts: number | null;
  readonly questionCount: number;
}

export interface QuizChoice {
  readonly id: string;
  readonly text: string;
  readonly isCorrect: boolean;
}

export interface QuizQuestion {
  readonly id: string;
  readonly quizId: string;
  readonly text: string;
  readonly choices: readonly QuizChoice[];
}

export interface QuestionResult {
  readonly questionId: string;
  readonly choiceIds: readonly string[];
  readonly correct: boolean;
  readonly correctChoiceIds: readonly string[];
}

/** A graded attempt. */
export interface QuizAttempt {
  readonly id: string;
  readonly quizId: string;
  readonly enrollmentId: string;
  readonly scorePercent: number;
  readonly passed: boolean;
  readonly submittedAt: Date;
  readonly results: readonly QuestionResult[];
  /** Whether the right answers may be told: passed, or no attempt is left. */
  readonly revealsAnswers: boolean;
}

/** As it is kept: whether the answers may be told depends on what came after. */
export type StoredAttempt = Omit<QuizAttempt, 'revealsAnswers'>;

export interface Answer {
  readonly questionId: string;
  readonly choiceIds: readonly string[];
}
