import { Prisma, type Database } from '../../database.js';
import type { CompletionRule, LessonProgress, ProgressEvent } from './model.js';

const columns = Prisma.sql`
  coalesce(p."position_seconds", 0) AS "positionSeconds", coalesce(p."watched_seconds", 0) AS "watchedSeconds",
  p."occurred_at" AS "occurredAt", lp."completed_at" AS "completedAt"`;

/** What the column holds. A client may claim any seconds; none of its claims may fail for ever. */
const greatestSeconds = 2_147_483_647;

export const progressRepository = (database: Database) => ({
  /** A trigger recalculates the enrolment's progress. @returns false when it was completed before */
  async complete(enrollmentId: string, lessonId: string, completedAt: Date): Promise<boolean> {
    const { count } = await database.lessonProgress.createMany({
      data: [{ enrollmentId, lessonId, completedAt }],
      skipDuplicates: true,
    });
    return count === 1;
  },

  /** @returns false when this event was counted before */
  async firstTime(enrollmentId: string, clientEventId: string, recordedAt: Date): Promise<boolean> {
    const { count } = await database.lessonProgressEvent.createMany({
      data: [{ enrollmentId, clientEventId, recordedAt }],
      skipDuplicates: true,
    });
    return count === 1;
  },

  /** Adds the seconds; the position is that of the latest event, whichever comes last. */
  async move(enrollmentId: string, event: ProgressEvent) {
    const { lessonId, positionSeconds, watchedSeconds, occurredAt } = event;
    await database.$executeRaw`
      INSERT INTO "learning"."lesson_positions" AS p
        ("enrollment_id", "lesson_id", "position_seconds", "watched_seconds", "occurred_at")
      VALUES (${enrollmentId}::uuid, ${lessonId}::uuid, ${positionSeconds}::int, ${watchedSeconds}::int,
              ${occurredAt}::timestamptz)
      ON CONFLICT ("enrollment_id", "lesson_id") DO UPDATE SET
        "watched_seconds" = least(p."watched_seconds"::bigint + excluded."watched_seconds", ${greatestSeconds}::int),
        "position_seconds" = CASE WHEN excluded."occurred_at" >= p."occurred_at"
                                  THEN excluded."position_seconds" ELSE p."position_seconds" END,
        "occurred_at" = greatest(p."occurred_at", excluded."occurred_at")`;
  },

  async find(enrollmentId: string, lessonId: string): Promise<LessonProgress | null> {
    const rows = await database.$queryRaw<LessonProgress[]>`
      SELECT ${enrollmentId}::text AS "enrollmentId", ${lessonId}::text AS "lessonId", ${columns}
        FROM (SELECT 1) AS one
        LEFT JOIN "learning"."lesson_positions" AS p
          ON p."enrollment_id" = ${enrollmentId}::uuid AND p."lesson_id" = ${lessonId}::uuid
        LEFT JOIN "learning"."lesson_progress" AS lp
          ON lp."enrollment_id" = ${enrollmentId}::uuid AND lp."lesson_id" = ${lessonId}::uuid`;
    return rows[0] ?? null;
  },

  /** For each lesson of a course in which this person is enrolled: whether it is completed, and how far she is. */
  progressOf: (userId: string, lessonIds: readonly string[], now: Date) => database.$queryRaw<
    LessonProgress[]
  >`
    SELECT e."id" AS "enrollmentId", l."id" AS "lessonId", ${columns}
      FROM "learning"."lessons" AS l
      JOIN "learning"."enrollments" AS e ON e."course_id" = l."course_id"
       AND e."user_id" = ${userId}::uuid AND e."status" <> 'ENDED'
       AND (e."expires_at" IS NULL OR e."expires_at" > ${now}::timestamptz)
      LEFT JOIN "learning"."lesson_positions" AS p ON p."enrollment_id" = e."id" AND p."lesson_id" = l."id"
      LEFT JOIN "learning"."lesson_progress" AS lp ON lp."enrollment_id" = e."id" AND lp."lesson_id" = l."id"
     WHERE l."id" = ANY(${lessonIds}::uuid[])`,

  /** Where each enrolment's learner was last, in a lesson that is still published. */
  resumePoints: (enrollmentIds: readonly string[]) => database.$queryRaw<LessonProgress[]>`
    SELECT last."enrollment_id" AS "enrollmentId", last."lesson_id" AS "lessonId",
           last."position_seconds" AS "positionSeconds", last."watched_seconds" AS "watchedSeconds",
           last."occurred_at" AS "occurredAt", lp."completed_at" AS "completedAt"
      FROM unnest(${enrollmentIds}::uuid[]) AS e("id")
     CROSS JOIN LATERAL (
       SELECT p.* FROM "learning"."lesson_positions" AS p
         JOIN "learning"."lessons" AS l ON l."id" = p."lesson_id" AND l."is_published"
        WHERE p."enrollment_id" = e."id" ORDER BY p."occurred_at" DESC, p."lesson_id" LIMIT 1) AS last
      LEFT JOIN "learning"."lesson_progress" AS lp
        ON lp."enrollment_id" = e."id" AND lp."lesson_id" = last."lesson_id"`,

  rulesOf: (courseIds: readonly string[]) => database.$queryRaw<CompletionRule[]>`
    SELECT "course_id" AS "courseId", "kind", "minimum_grade" AS "minimumGrade"
      FROM "learning"."course_completion_rules" WHERE "course_id" = ANY(${courseIds}::uuid[])`,

  async saveRule({ courseId, ...rule }: CompletionRule) {
    await database.courseCompletionRule.upsert({
      where: { courseId },
      create: { courseId, ...rule },
      update: rule,
    });
  },

  /** Some of the events that nobody may send again. @returns how many */
  forgetEvents: (before: Date, limit: number) => database.$executeRaw`
    DELETE FROM "learning"."lesson_progress_events"
     WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM "learning"."lesson_progress_events"
        WHERE "recorded_at" < ${before}::timestamptz ORDER BY "recorded_at"
        LIMIT ${limit}::int FOR UPDATE SKIP LOCKED))`,
});
