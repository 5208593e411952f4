import { newId } from '@pcc/platform';
import type { Database } from '../../database.js';

/** New ids for old ones, side by side: what SQL joins by. */
interface IdPairs {
  readonly from: string[];
  readonly to: string[];
}
const pairsOf = (rows: readonly { id: string }[]): IdPairs => ({
  from: rows.map(({ id }) => id),
  to: rows.map(() => newId()),
});

/** Texts are copied within the database: a course may have megabytes of them. */
export const courseDuplicationRepository = (transaction: Database) => ({
  /** Claims a request. A second one waits for the first to end. @returns false when it was made before */
  async claim(request: {
    authorId: string;
    clientRequestId: string;
    sourceId: string;
    copyId: string;
  }): Promise<boolean> {
    const { count } = await transaction.courseDuplication.createMany({
      data: [request],
      skipDuplicates: true,
    });
    return count === 1;
  },

  async release(authorId: string, clientRequestId: string): Promise<void> {
    await transaction.courseDuplication.deleteMany({ where: { authorId, clientRequestId } });
  },

  find: (authorId: string, clientRequestId: string) =>
    transaction.courseDuplication.findUnique({
      where: { authorId_clientRequestId: { authorId, clientRequestId } },
    }),

  async copyPlace(sourceId: string, copyId: string): Promise<void> {
    await transaction.$executeRaw`
      INSERT INTO "learning"."course_category_members" ("course_id", "category_id")
      SELECT ${copyId}::uuid, m."category_id" FROM "learning"."course_category_members" AS m
       WHERE m."course_id" = ${sourceId}::uuid`;
    await transaction.$executeRaw`
      INSERT INTO "learning"."course_prerequisites" ("course_id", "prerequisite_id")
      SELECT ${copyId}::uuid, p."prerequisite_id" FROM "learning"."course_prerequisites" AS p
       WHERE p."course_id" = ${sourceId}::uuid`;
  },

  async copyCompletionRule(sourceId: string, copyId: string): Promise<void> {
    await transaction.$executeRaw`
      INSERT INTO "learning"."course_completion_rules" ("course_id", "kind", "minimum_grade")
      SELECT ${copyId}::uuid, r."kind", r."minimum_grade" FROM "learning"."course_completion_rules" AS r
       WHERE r."course_id" = ${sourceId}::uuid`;
  },

  async copyModules(sourceId: string, copyId: string): Promise<IdPairs> {
    const select = { id: true };
    const pairs = pairsOf(
      await transaction.courseModule.findMany({ where: { courseId: sourceId }, select }),
    );
    await transaction.$executeRaw`
      INSERT INTO "learning"."course_modules" ("id", "course_id", "title", "position")
      SELECT pair."to", ${copyId}::uuid, m."title", m."position"
        FROM unnest(${pairs.from}::uuid[], ${pairs.to}::uuid[]) AS pair("from", "to")
        JOIN "learning"."course_modules" AS m ON m."id" = pair."from"`;
    return pairs;
  },

  /** With the prerequisites among them. */
  async copyLessons(sourceId: string, copyId: string, modules: IdPairs, at: Date): Promise<void> {
    const select = { id: true };
    const lessons = pairsOf(
      await transaction.lesson.findMany({ where: { courseId: sourceId }, select }),
    );
    await transaction.$executeRaw`
      INSERT INTO "learning"."lessons" (
        "id", "course_id", "module_id", "title", "summary", "body", "kind", "difficulty", "position", "is_published",
        "is_preview", "duration_minutes", "external_key", "created_at")
      SELECT pair."to", ${copyId}::uuid, module."to", l."title", l."summary", l."body", l."kind", l."difficulty",
             l."position", l."is_published", l."is_preview", l."duration_minutes", l."external_key", ${at}::timestamptz
        FROM unnest(${lessons.from}::uuid[], ${lessons.to}::uuid[]) AS pair("from", "to")
        JOIN "learning"."lessons" AS l ON l."id" = pair."from"
        JOIN unnest(${modules.from}::uuid[], ${modules.to}::uuid[]) AS module("from", "to")
          ON module."from" = l."module_id"`;
    await transaction.$executeRaw`
      WITH pair AS (SELECT * FROM unnest(${lessons.from}::uuid[], ${lessons.to}::uuid[]) AS p("from", "to"))
      INSERT INTO "learning"."lesson_prerequisites" ("lesson_id", "prerequisite_id", "course_id")
      SELECT lesson."to", needed."to", ${copyId}::uuid FROM "learning"."lesson_prerequisites" AS p
        JOIN pair AS lesson ON lesson."from" = p."lesson_id"
        JOIN pair AS needed ON needed."from" = p."prerequisite_id"`;
  },

  async copyQuizzes(sourceId: string, copyId: string, at: Date): Promise<void> {
    const select = { id: true };
    const quizzes = pairsOf(
      await transaction.assignment.findMany({
        where: { courseId: sourceId },
        select,
        // Ids give quizzes their order, and new ones count up.
        orderBy: { id: 'asc' },
      }),
    );
    const questions = pairsOf(
      await transaction.quizQuestion.findMany({
        where: { assignmentId: { in: quizzes.from } },
        select,
      }),
    );
    await transaction.$executeRaw`
      INSERT INTO "learning"."assignments" (
        "id", "course_id", "kind", "title", "pass_percent", "max_attempts", "created_at")
      SELECT pair."to", ${copyId}::uuid, a."kind", a."title", a."pass_percent", a."max_attempts", ${at}::timestamptz
        FROM unnest(${quizzes.from}::uuid[], ${quizzes.to}::uuid[]) AS pair("from", "to")
        JOIN "learning"."assignments" AS a ON a."id" = pair."from"`;
    // Choices keep their ids: they are told apart within their question only.
    await transaction.$executeRaw`
      INSERT INTO "learning"."quiz_questions" ("id", "assignment_id", "position", "text", "choices")
      SELECT pair."to", quiz."to", q."position", q."text", q."choices"
        FROM unnest(${questions.from}::uuid[], ${questions.to}::uuid[]) AS pair("from", "to")
        JOIN "learning"."quiz_questions" AS q ON q."id" = pair."from"
        JOIN unnest(${quizzes.from}::uuid[], ${quizzes.to}::uuid[]) AS quiz("from", "to")
          ON quiz."from" = q."assignment_id"`;
  },
});
