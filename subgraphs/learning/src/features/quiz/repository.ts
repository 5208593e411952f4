import type { Viewer } from '@pcc/platform';
import { beginsAt, writesCourse } from '../../course-access.js';
import { Prisma, type Database } from '../../database.js';
import type { Quiz, QuizQuestion, StoredAttempt } from './model.js';

const quizColumns = Prisma.sql`
  a."id", a."course_id" AS "courseId", a."title", a."pass_percent" AS "passPercent",
  a."max_attempts" AS "maxAttempts",
  (SELECT count(*)::int FROM "learning"."quiz_questions" AS q WHERE q."assignment_id" = a."id") AS "questionCount"`;

const attemptColumns = Prisma.sql`
  s."id", s."assignment_id" AS "quizId", s."enrollment_id" AS "enrollmentId",
  s."score_percent" AS "scorePercent", s."passed", s."submitted_at" AS "submittedAt", s."results"`;

export const quizRepository = (database: Database) => ({
  find: (ids: readonly string[]) => database.$queryRaw<Quiz[]>`
    SELECT ${quizColumns} FROM "learning"."assignments" AS a WHERE a."id" = ANY(${ids}::uuid[])`,

  findOf: (courseIds: readonly string[]) => database.$queryRaw<Quiz[]>`
    SELECT ${quizColumns} FROM "learning"."assignments" AS a
     WHERE a."course_id" = ANY(${courseIds}::uuid[]) ORDER BY a."course_id", a."id"`,

  questionsOf: (quizId: string) => database.$queryRaw<QuizQuestion[]>`
    SELECT q."id", q."assignment_id" AS "quizId", q."text", q."choices"
      FROM "learning"."quiz_questions" AS q WHERE q."assignment_id" = ${quizId}::uuid
     ORDER BY q."position"`,

  /** The questions of those quizzes that are open to the viewer: she learns there, or teaches. */
  openQuestionsOf: (viewer: Viewer, quizIds: readonly string[], now: Date) => database.$queryRaw<
    QuizQuestion[]
  >`
    SELECT q."id", q."assignment_id" AS "quizId", q."text", q."choices"
      FROM "learning"."quiz_questions" AS q
      JOIN "learning"."assignments" AS a ON a."id" = q."assignment_id"
     WHERE q."assignment_id" = ANY(${quizIds}::uuid[])
       AND (${writesCourse(viewer, Prisma.sql`a."course_id"`)}
         OR EXISTS (SELECT 1 FROM "learning"."enrollments" AS e
                     WHERE e."course_id" = a."course_id" AND e."user_id" = ${viewer.id}::uuid
                       AND e."status" <> 'ENDED' AND e."suspended_at" IS NULL
                       AND (e."expires_at" IS NULL OR e."expires_at" > ${now}::timestamptz)
                       AND (${beginsAt} <= ${now}::timestamptz) IS NOT FALSE))
     ORDER BY q."assignment_id", q."position"`,

  /** The latest attempts of each quiz in a person's live enrolment, newest first. */
  attemptsOf: (
    userId: string,
    quizIds: readonly string[],
    limit: number,
    now: Date,
  ) => database.$queryRaw<(StoredAttempt & { attemptCount: number })[]>`
    SELECT * FROM (
      SELECT ${attemptColumns},
             (count(*) OVER (PARTITION BY s."assignment_id"))::int AS "attemptCount",
             row_number() OVER (PARTITION BY s."assignment_id" ORDER BY s."submitted_at" DESC, s."id" DESC) AS "place"
        FROM "learning"."assignment_submissions" AS s
        JOIN "learning"."enrollments" AS e ON e."id" = s."enrollment_id"
       WHERE e."user_id" = ${userId}::uuid AND e."status" <> 'ENDED'
         AND (e."expires_at" IS NULL OR e."expires_at" > ${now}::timestamptz)
         AND s."assignment_id" = ANY(${quizIds}::uuid[])) AS ranked
     WHERE ranked."place" <= ${limit}::int ORDER BY ranked."quizId", ranked."place"`,

  async insert(
    quiz: Omit<Quiz, 'questionCount'>,
    questions: readonly QuizQuestion[],
    createdAt: Date,
  ) {
    await database.assignment.create({ data: { ...quiz, kind: 'QUIZ', createdAt } });
    await database.quizQuestion.createMany({
      data: questions.map(({ id, quizId, text, choices }, index) => ({
        id,
        assignmentId: quizId,
        position: index + 1,
        text,
        choices: choices.map((choice) => ({ ...choice })),
      })),
    });
  },

  async findAttempt(
    enrollmentId: string,
    quizId: string,
    clientAttemptId: string,
  ): Promise<StoredAttempt | null> {
    const rows = await database.$queryRaw<StoredAttempt[]>`
      SELECT ${attemptColumns} FROM "learning"."assignment_submissions" AS s
       WHERE s."enrollment_id" = ${enrollmentId}::uuid AND s."assignment_id" = ${quizId}::uuid
         AND s."client_attempt_id" = ${clientAttemptId}`;
    return rows[0] ?? null;
  },

  countAttempts: (enrollmentId: string, assignmentId: string) =>
    database.assignmentSubmission.count({ where: { enrollmentId, assignmentId } }),

  async insertAttempt(attempt: StoredAttempt, clientAttemptId: string) {
    const { quizId, results, ...fields } = attempt;
    await database.assignmentSubmission.create({
      data: {
        ...fields,
        assignmentId: quizId,
        clientAttemptId,
        results: results.map((result) => ({
          ...result,
          choiceIds: [...result.choiceIds],
          correctChoiceIds: [...result.correctChoiceIds],
        })),
      },
    });
  },
});
