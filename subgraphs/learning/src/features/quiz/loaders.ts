import { listLoaderBy, loaderBy, type Viewer } from '@pcc/platform';
import DataLoader from 'dataloader';
import type { Quiz, QuizAttempt, QuizQuestion, QuizService } from './service.js';

export const quizLoaders = (quizzes: QuizService, viewer: Viewer) => ({
  quizById: loaderBy<string, Quiz>(
    (ids) => quizzes.visibleByIds(viewer, ids),
    ({ id }) => id,
  ),
  quizzesByCourseId: listLoaderBy<string, Quiz>(
    (ids) => quizzes.ofCourses(ids),
    ({ courseId }) => courseId,
  ),
  openQuestionsByQuizId: listLoaderBy<string, QuizQuestion>(
    (ids) => quizzes.openQuestions(viewer, ids),
    ({ quizId }) => quizId,
  ),
  attemptsByQuiz: new DataLoader<Quiz, readonly QuizAttempt[], string>(
    async (given) => {
      const attempts = await quizzes.attemptsOfViewer(viewer, given);
      return given.map((quiz) => attempts.filter(({ quizId }) => quizId === quiz.id));
    },
    { cacheKeyFn: ({ id }) => id },
  ),
});
