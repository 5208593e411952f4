import { refuse, ok, type Result } from '@pcc/platform';
import type { Answer, QuestionResult, QuizQuestion } from './model.js';

export interface Grade {
  /** 0 to 100 with two decimal places. */
  readonly scorePercent: number;
  readonly passed: boolean;
  readonly results: readonly QuestionResult[];
}

/**
 * Grades answers: a question is right when exactly its right choices were chosen, and wrong when it was
 * left out. Refuses with UNKNOWN_QUESTION or UNKNOWN_CHOICE, and INVALID_INPUT for a question answered twice.
 */
export function grade(
  questions: readonly QuizQuestion[],
  answers: readonly Answer[],
  passPercent: number,
): Result<Grade> {
  const chosen = new Map<string, ReadonlySet<string>>();
  for (const [index, { questionId, choiceIds }] of answers.entries()) {
    const field = `input.answers.${index}`;
    const question = questions.find(({ id }) => id === questionId);
    if (question === undefined) {
      return refuse('UNKNOWN_QUESTION', 'The quiz has no such question.', `${field}.questionId`);
    }
    if (chosen.has(questionId)) {
      return refuse('INVALID_INPUT', 'A question was answered twice.', `${field}.questionId`);
    }
    if (!choiceIds.every((id) => question.choices.some((choice) => choice.id === id))) {
      return refuse('UNKNOWN_CHOICE', 'The question has no such choice.', `${field}.choiceIds`);
    }
    chosen.set(questionId, new Set(choiceIds));
  }
  const results = questions.map((question) => resultOf(question, chosen.get(question.id)));
  const right = results.filter(({ correct }) => correct).length;
  const scorePercent =
    questions.length === 0 ? 0 : Math.round((right * 10_000) / questions.length) / 100;
  return ok({ scorePercent, passed: scorePercent >= passPercent, results });
}

function resultOf(question: QuizQuestion, chosen: ReadonlySet<string> = new Set()): QuestionResult {
  const correctChoiceIds = question.choices.filter((c) => c.isCorrect).map(({ id }) => id);
  return {
    questionId: question.id,
    choiceIds: [...chosen],
    correct:
      chosen.size === correctChoiceIds.length && correctChoiceIds.every((id) => chosen.has(id)),
    correctChoiceIds,
  };
}
