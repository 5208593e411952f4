import { AppError } from '@pcc/platform';
import { payload } from '@pcc/platform/graphql';
import type { Resolvers } from '../../generated/graphql.js';

export const quizResolvers: Resolvers = {
  Quiz: {
    // A quiz has at least one question: none here means that it is closed to the viewer.
    questions: async ({ id }, _args, { loaders }) => {
      const questions = await loaders.openQuestionsByQuizId.load(id);
      return questions.length === 0 ? null : [...questions];
    },
    viewerAttempts: async (quiz, _args, { loaders }) => [
      ...(await loaders.attemptsByQuiz.load(quiz)),
    ],
    course: async ({ courseId }, _args, { loaders }) => {
      const course = await loaders.courseById.load(courseId);
      if (course === null) throw new AppError('NOT_FOUND');
      return course;
    },
  },
  QuizQuestion: {
    choices: ({ choices }) => choices.map(({ id, text }) => ({ id, text })),
    multiple: ({ choices }) => choices.filter(({ isCorrect }) => isCorrect).length > 1,
  },
  QuizAttempt: {
    results: async ({ quizId, results, revealsAnswers }, _args, { loaders }) => {
      const questions = await loaders.openQuestionsByQuizId.load(quizId);
      return results.flatMap((result) => {
        const question = questions.find(({ id }) => id === result.questionId);
        if (question === undefined) return [];
        const correctChoiceIds = revealsAnswers ? [...result.correctChoiceIds] : null;
        return [{ question, correct: result.correct, correctChoiceIds }];
      });
    },
  },
  Course: {
    quizzes: async ({ id }, _args, { loaders }) => [...(await loaders.quizzesByCourseId.load(id))],
  },
  Query: {
    quiz: (_parent, { id }, { loaders }) => loaders.quizById.load(id),
  },
  Mutation: {
    createQuiz: async (_parent, { input }, { quizzes, viewer }) =>
      payload('quiz', await quizzes.create(viewer, input)),
    submitQuiz: async (_parent, { input }, { quizzes, viewer }) =>
      payload('attempt', await quizzes.submit(viewer, input)),
  },
};
