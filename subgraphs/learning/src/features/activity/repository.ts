import type { CursorKey, Page } from '@pcc/platform';
import { Prisma, type Database } from '../../database.js';
import type { LearningDay, UserActivity } from './model.js';

type Learner = Readonly<{ userId: string; courseId: string }>;

/** Nobody learns longer in a day, whatever her client says. */
const secondsOfDay = 86_400;

export const activityRepository = (database: Database) => ({
  /** Done twice, it does no harm. */
  async insert(activity: UserActivity) {
    await database.userActivity.createMany({ data: [activity], skipDuplicates: true });
  },

  /** Adds to a learner's day in a course. */
  async add(
    { userId, courseId }: Learner,
    { day, seconds, lessonsCompleted, quizAttempts }: LearningDay,
  ) {
    await database.$executeRaw`
      INSERT INTO "learning"."learning_analytics" AS a
        ("user_id", "course_id", "day", "seconds", "lessons_completed", "quiz_attempts")
      VALUES (${userId}::uuid, ${courseId}::uuid, ${day}::date, ${seconds}::int, ${lessonsCompleted}::int,
              ${quizAttempts}::int)
      ON CONFLICT ("user_id", "course_id", "day") DO UPDATE SET
        "seconds" = least(a."seconds" + excluded."seconds", ${secondsOfDay}::int),
        "lessons_completed" = a."lessons_completed" + excluded."lessons_completed",
        "quiz_attempts" = a."quiz_attempts" + excluded."quiz_attempts"`;
  },

  /** Newest first, none before `since`: older months are not looked into. */
  pageOf(userId: string, since: Date, { limit, after }: Page<CursorKey>): Promise<UserActivity[]> {
    const behind =
      after === null
        ? Prisma.empty
        : Prisma.sql`AND ("occurred_at", "id") <
            (${new Date(Number(after[0]))}::timestamptz, ${String(after[1])}::uuid)`;
    return database.$queryRaw<UserActivity[]>`
      SELECT "id", "user_id" AS "userId", "kind", "course_id" AS "courseId", "occurred_at" AS "occurredAt"
        FROM "learning"."user_activities"
       WHERE "user_id" = ${userId}::uuid AND "occurred_at" >= ${since}::timestamptz ${behind}
       ORDER BY "occurred_at" DESC, "id" DESC LIMIT ${limit}::int`;
  },

  countOf: (userId: string, since: Date) =>
    database.userActivity.count({ where: { userId, occurredAt: { gte: since } } }),

  /** Newest first. */
  daysOf({ userId, courseId }: Learner, { limit, after }: Page<CursorKey>): Promise<LearningDay[]> {
    const behind =
      after === null ? Prisma.empty : Prisma.sql`AND "day" < ${String(after[0])}::date`;
    return database.$queryRaw<LearningDay[]>`
      SELECT "day"::text AS "day", "seconds", "lessons_completed" AS "lessonsCompleted",
             "quiz_attempts" AS "quizAttempts"
        FROM "learning"."learning_analytics"
       WHERE "user_id" = ${userId}::uuid AND "course_id" = ${courseId}::uuid ${behind}
       ORDER BY "day" DESC LIMIT ${limit}::int`;
  },

  countDays: ({ userId, courseId }: Learner) =>
    database.learningAnalytics.count({ where: { userId, courseId } }),

  /** Makes months ahead, and drops old ones. */
  async maintainPartitions(now: Date) {
    await database.$executeRaw`SELECT "learning"."maintain_partitions"(${now}::timestamptz)`;
  },
});
