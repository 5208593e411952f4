/** A question as a learner sees it. */
export interface Question {
  readonly id: string;
  readonly multiple: boolean;
  readonly choices: readonly { readonly id: string }[];
}

export interface QuizSolver {
  /** What to send next: for each question the first answer that is not known to be wrong. */
  answers(): { questionId: string; choiceIds: string[] }[];
  /** Rules out what was wrong. */
  learn(results: readonly { question: { id: string }; correct: boolean }[]): void;
  /** With this many attempts every question is solved. */
  readonly attemptsNeeded: number;
}

/** Solves a quiz as a patient learner without any knowledge does: by elimination. */
export function quizSolver(questions: readonly Question[]): QuizSolver {
  const candidates = new Map(questions.map((question) => [question.id, candidatesOf(question)]));
  const answers = () =>
    [...candidates].map(([questionId, [first = []]]) => ({ questionId, choiceIds: [...first] }));
  return {
    answers,
    learn(results) {
      for (const { question, correct } of results) {
        if (!correct) candidates.get(question.id)?.shift();
      }
    },
    attemptsNeeded: Math.max(1, ...[...candidates.values()].map(({ length }) => length)),
  };
}

/** Every answer that may be right: one choice, or each set of choices, small ones first. */
function candidatesOf({ choices, multiple }: Question): string[][] {
  const ids = choices.map(({ id }) => id);
  if (!multiple) return ids.map((id) => [id]);
  const sets = Array.from({ length: 2 ** ids.length - 1 }, (_, index) =>
    ids.filter((_id, position) => ((index + 1) >> position) & 1),
  );
  return sets.sort((left, right) => left.length - right.length);
}
