import type { UnitOfWork, Work } from '@pcc/events';
import {
  isId,
  newId,
  ok,
  refuse,
  validate,
  type Clock,
  type Result,
  type Viewer,
} from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { line, text, whole } from '../../inputs.js';
import type { CourseService } from '../course/service.js';
import type { Enrollment, EnrollmentService } from '../enrollment/service.js';
import { grade } from './grading.js';
import type { Answer, Quiz, QuizAttempt, QuizQuestion, StoredAttempt } from './model.js';
import { quizRepository } from './repository.js';

export type { Quiz, QuizAttempt, QuizQuestion } from './model.js';

export interface QuizDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly enrollments: EnrollmentService;
  readonly clock: Clock;
}

const shownAttempts = 20;
const defaultPassPercent = 70;

const choice = z.object({ text: line(500), isCorrect: z.boolean() });
const newQuiz = z.object({
  title: line(200),
  passPercent: whole(1, 100)
    .nullish()
    .transform((value) => value ?? defaultPassPercent),
  maxAttempts: whole(1, 100)
    .nullish()
    .transform((value) => value ?? null),
  questions: z
    .array(
      z.object({
        text: text(5_000).refine((value) => value.trim() !== '', 'Must not be empty.'),
        choices: z
          .array(choice)
          .min(2, 'Give at least 2 choices.')
          .max(10, 'Give at most 10 choices.')
          .refine((choices) => choices.some(({ isCorrect }) => isCorrect), 'One must be right.'),
      }),
    )
    .min(1, 'Ask at least 1 question.')
    .max(100, 'Ask at most 100 questions.'),
});
const submission = z.object({ clientAttemptId: line(100) });

export type QuizService = ReturnType<typeof quizService>;

export const quizService = (deps: QuizDeps) => {
  const { database, unitOfWork, courses, enrollments, clock } = deps;
  const quizzes = quizRepository(database);

  /** Emits `quiz.graded`; a pass may be the last step of the course. */
  const gradeAndKeep = async (
    work: Work<Database>,
    quiz: Quiz,
    enrollment: Enrollment,
    answers: readonly Answer[],
    clientAttemptId: string,
  ): Promise<Result<StoredAttempt>> => {
    const repository = quizRepository(work.transaction);
    const graded = grade(await repository.questionsOf(quiz.id), answers, quiz.passPercent);
    if (!graded.ok) return graded;
    const { scorePercent, passed } = graded.value;
    const place = { id: newId(), quizId: quiz.id, enrollmentId: enrollment.id };
    const attempt = { ...place, submittedAt: clock.now(), ...graded.value };
    await repository.insertAttempt(attempt, clientAttemptId);
    const { courseId } = quiz;
    await work.emit('quiz.graded', {
      aggregateId: attempt.id,
      data: {
        attemptId: attempt.id,
        quizId: quiz.id,
        userId: enrollment.userId,
        courseId,
        scorePercent,
        passed,
      },
    });
    // Not only when it is passed: where a minimum grade is asked for, every attempt may reach it.
    await enrollments.completeEligible(work, { enrollmentId: enrollment.id });
    return ok(attempt);
  };

  return {
    /** Emits `course.content_changed`. */
    async create(
      viewer: Viewer,
      { courseId, ...input }: z.input<typeof newQuiz> & { courseId: string },
    ): Promise<Result<Quiz>> {
      viewer.mustHaveRole('instructor', 'admin');
      const checked = validate(newQuiz, input);
      return unitOfWork.run(async ({ transaction, emit }) => {
        const managed = await courses.mustManage(transaction, viewer, courseId, 'input.courseId');
        if (!managed.ok) return managed;
        if (!checked.ok) return checked;
        const { questions, ...fields } = checked.value;
        const quiz = { id: newId(), courseId: managed.value.id, ...fields };
        await quizRepository(transaction).insert(
          quiz,
          questions.map((question) => ({
            id: newId(),
            quizId: quiz.id,
            text: question.text,
            choices: question.choices.map((given) => ({ id: newId(), ...given })),
          })),
          clock.now(),
        );
        await emit('course.content_changed', {
          aggregateId: quiz.id,
          data: { courseId: quiz.courseId },
        });
        return ok({ ...quiz, questionCount: questions.length });
      });
    },

    /** Grades an attempt, once for each `clientAttemptId`. */
    async submit(
      viewer: Viewer,
      input: { quizId: string; answers: readonly Answer[]; clientAttemptId: string },
    ): Promise<Result<QuizAttempt>> {
      const userId = viewer.mustBeSignedIn();
      const [quiz] = await this.visibleByIds(viewer, [input.quizId]);
      if (quiz === undefined) return noSuchQuiz;
      const checked = validate(submission, input);
      if (!checked.ok) return checked;
      const { clientAttemptId } = checked.value;
      return unitOfWork.run(async (work) => {
        const repository = quizRepository(work.transaction);
        const field = 'input.quizId';
        const locked = await enrollments.lockForLearning(work, userId, quiz.courseId, field);
        if (!locked.ok) return locked;
        const enrollment = locked.value;
        const used = await repository.countAttempts(enrollment.id, quiz.id);
        // A client that lost the answer sends again: it counts once.
        const before = await repository.findAttempt(enrollment.id, quiz.id, clientAttemptId);
        if (before !== null) return ok(withReveal(before, quiz, used));
        if (quiz.maxAttempts !== null && used >= quiz.maxAttempts) {
          return refuse('NO_ATTEMPTS_LEFT', 'All attempts are used.', 'input.quizId');
        }
        const graded = await gradeAndKeep(work, quiz, enrollment, input.answers, clientAttemptId);
        return graded.ok ? ok(withReveal(graded.value, quiz, used + 1)) : graded;
      });
    },

    /** Quizzes of courses that the viewer may see; their questions are another matter. */
    async visibleByIds(viewer: Viewer, ids: readonly string[]): Promise<Quiz[]> {
      const found = await quizzes.find(ids.filter(isId));
      const visible = await courses.visibleByIds(
        viewer,
        found.map(({ courseId }) => courseId),
      );
      const courseIds = new Set(visible.map(({ id }) => id));
      return found.filter(({ courseId }) => courseIds.has(courseId));
    },

    /** Of courses that the viewer was shown. */
    ofCourses: (courseIds: readonly string[]) => quizzes.findOf(courseIds),

    /** The questions of those quizzes that the viewer takes or teaches. */
    openQuestions: (viewer: Viewer, quizIds: readonly string[]): Promise<QuizQuestion[]> =>
      quizzes.openQuestionsOf(viewer, quizIds, clock.now()),

    async attemptsOfViewer(viewer: Viewer, given: readonly Quiz[]): Promise<QuizAttempt[]> {
      if (viewer.id === null) return [];
      const byId = new Map(given.map((quiz) => [quiz.id, quiz]));
      const rows = await quizzes.attemptsOf(
        viewer.id,
        [...byId.keys()],
        shownAttempts,
        clock.now(),
      );
      return rows.flatMap(({ attemptCount, ...attempt }) => {
        const quiz = byId.get(attempt.quizId);
        return quiz === undefined ? [] : [withReveal(attempt, quiz, attemptCount)];
      });
    },
  };
};

const noSuchQuiz = refuse('NOT_FOUND', 'There is no such quiz.', 'input.quizId');

/** The right answers are told only when they are of no more use. */
export const withReveal = (
  attempt: StoredAttempt,
  quiz: Pick<Quiz, 'maxAttempts'>,
  attemptCount: number,
): QuizAttempt => ({
  ...attempt,
  revealsAnswers: attempt.passed || (quiz.maxAttempts !== null && attemptCount >= quiz.maxAttempts),
});
