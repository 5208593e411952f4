import { newId } from '@pcc/platform';
import { beginsAt, isOpen } from '../../course-access.js';
import { Prisma, type Database } from '../../database.js';
import type { Admission, EndReason, Enrollment, Payment, Seats } from './model.js';
import { hasDoneAll } from './completion.js';
import { enrollmentColumns, isLive } from './repository.js';

type Place = Pick<Enrollment, 'id' | 'userId' | 'courseId'>;
type Course = Omit<Seats, 'isOpen' | 'heldCount' | 'waitingCount'>;

/** The part that changes enrolments; each method belongs into a transaction. */
export const enrollmentChanges = (transaction: Database) => ({
  /** Payment and refund of one order, which may arrive at once and in any order, follow each other. */
  async lockOrder(orderId: string): Promise<void> {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${orderId}, 0))`;
  },

  /** Everyone who wants a seat waits here. */
  async lockCourse(courseId: string): Promise<Course | null> {
    const rows = await transaction.$queryRaw<Course[]>`
      SELECT "id" AS "courseId", "access", "capacity", "enrolled_count" AS "enrolledCount"
        FROM "learning"."courses" WHERE "id" = ${courseId}::uuid FOR NO KEY UPDATE`;
    return rows[0] ?? null;
  },

  async userExists(userId: string): Promise<boolean> {
    return (await transaction.user.count({ where: { id: userId } })) === 1;
  },

  /** Gives these people, all of one course, a seat each. */
  async insert(
    places: readonly Place[],
    { source, payment, expiresAt = null }: Admission,
    enrolledAt: Date,
  ) {
    const [first] = places;
    if (first === undefined) return;
    await transaction.enrollment.createMany({
      data: places.map((place) => ({ ...place, ...payment, source, expiresAt, enrolledAt })),
    });
    await transaction.course.update({
      where: { id: first.courseId },
      data: { enrolledCount: { increment: places.length } },
    });
    await this.remember(
      places.map(({ id }) => ({ id, progressPercent: 0 })),
      'ACTIVE',
      reasonOf(source),
      enrolledAt,
    );
  },

  async remember(
    changed: readonly Pick<Enrollment, 'id' | 'progressPercent'>[],
    status: string,
    reason: string,
    happenedAt: Date,
  ) {
    await transaction.enrollmentHistory.createMany({
      data: changed.map(({ id, progressPercent }) => ({
        id: newId(),
        enrollmentId: id,
        status,
        reason,
        progressPercent,
        happenedAt,
      })),
    });
  },

  /** Whether this order line has been dealt with: it has enrolled, or its money went back. */
  async isLineSettled(orderLineId: string): Promise<boolean> {
    const refunded = await transaction.refundedOrderLine.count({ where: { orderLineId } });
    return refunded > 0 || (await transaction.enrollment.count({ where: { orderLineId } })) > 0;
  },

  async rememberRefund(payment: Payment, refundedAt: Date) {
    await transaction.refundedOrderLine.createMany({
      data: [{ ...payment, refundedAt }],
      skipDuplicates: true,
    });
  },

  findByOrderLine: (orderLineId: string) =>
    transaction.enrollment.findFirst({
      where: { orderLineId, status: { not: 'ENDED' } },
      select: { id: true, userId: true, courseId: true },
    }),

  /** Under the lock of their course. @returns those that had not ended already */
  async end(
    courseId: string,
    ids: readonly string[],
    reason: EndReason,
    endedAt: Date,
  ): Promise<Enrollment[]> {
    const ended = await transaction.$queryRaw<Enrollment[]>`
      UPDATE "learning"."enrollments" AS e
         SET "status" = 'ENDED', "ended_at" = ${endedAt}::timestamptz, "version" = e."version" + 1
       WHERE e."id" = ANY(${ids}::uuid[]) AND e."status" <> 'ENDED'
      RETURNING ${enrollmentColumns(endedAt)}`;
    if (ended.length === 0) return ended;
    await transaction.course.update({
      where: { id: courseId },
      data: { enrolledCount: { decrement: ended.length } },
    });
    await this.remember(ended, 'ENDED', reason, endedAt);
    return ended;
  },

  /** Of one course, those whose time is over and that have not been ended; the first so many. */
  async overdue(courseId: string, now: Date, limit: number): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ id: string }[]>`
      SELECT e."id" FROM "learning"."enrollments" AS e
       WHERE e."expires_at" <= ${now}::timestamptz AND e."status" <> 'ENDED' AND e."expires_at" IS NOT NULL
         AND e."course_id" = ${courseId}::uuid
       ORDER BY e."expires_at" LIMIT ${limit}::int`;
    return rows.map(({ id }) => id);
  },

  /** Her enrolment that has expired and was not ended yet: it stands in the way of a new one. */
  async overdueOf(courseId: string, userId: string, now: Date): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ id: string }[]>`
      SELECT e."id" FROM "learning"."enrollments" AS e
       WHERE e."user_id" = ${userId}::uuid AND e."course_id" = ${courseId}::uuid
         AND e."status" <> 'ENDED' AND e."expires_at" <= ${now}::timestamptz`;
    return rows.map(({ id }) => id);
  },

  /**
   * A course in which something is overdue, or in which somebody waits although there are seats; locked, and
   * others' left out. @returns null when there is nothing to do, or others are at it
   */
  async lockUnsettled(now: Date): Promise<string | null> {
    const rows = await transaction.$queryRaw<{ id: string }[]>`
      SELECT c."id" FROM "learning"."courses" AS c
       WHERE c."id" IN (
         (SELECT e."course_id" FROM "learning"."enrollments" AS e
           WHERE e."expires_at" <= ${now}::timestamptz AND e."status" <> 'ENDED' AND e."expires_at" IS NOT NULL
           ORDER BY e."expires_at" LIMIT 100)
         UNION ALL
         (SELECT w."course_id" FROM "learning"."waiting_list" AS w
           WHERE w."status" = 'OFFERED' AND w."offer_expires_at" <= ${now}::timestamptz
           ORDER BY w."offer_expires_at" LIMIT 100)
         UNION ALL
         (SELECT w."course_id" FROM "learning"."waiting_list" AS w
            JOIN "learning"."courses" AS c ON c."id" = w."course_id" AND ${isOpen(now)}
           WHERE w."closed_at" IS NULL
           GROUP BY w."course_id", c."capacity", c."enrolled_count"
          HAVING count(*) FILTER (WHERE w."status" = 'WAITING') > 0
             AND (c."capacity" IS NULL
               OR c."capacity" > c."enrolled_count" + count(*) FILTER (WHERE w."status" = 'OFFERED'))
           LIMIT 100))
       LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`;
    return rows[0]?.id ?? null;
  },

  /** The person's live enrolment, locked: her steps in one course follow each other. */
  async lockLive(userId: string, courseId: string, now: Date): Promise<Enrollment | null> {
    const rows = await transaction.$queryRaw<Enrollment[]>`
      SELECT ${enrollmentColumns(now)} FROM "learning"."enrollments" AS e
       WHERE e."user_id" = ${userId}::uuid AND e."course_id" = ${courseId}::uuid AND ${isLive(now)}
         FOR NO KEY UPDATE`;
    return rows[0] ?? null;
  },

  /** When an enrolment begins that a cohort has made; null when it has begun. */
  async beginOf(id: string): Promise<Date | null> {
    const rows = await transaction.$queryRaw<{ beginsAt: Date | null }[]>`
      SELECT ${beginsAt} AS "beginsAt" FROM "learning"."enrollments" AS e WHERE e."id" = ${id}::uuid`;
    return rows[0]?.beginsAt ?? null;
  },

  async find(id: string, now: Date): Promise<Enrollment | null> {
    const rows = await transaction.$queryRaw<Enrollment[]>`
      SELECT ${enrollmentColumns(now)} FROM "learning"."enrollments" AS e WHERE e."id" = ${id}::uuid`;
    return rows[0] ?? null;
  },

  /** Stops an active enrolment, or lets it go on; with its next version. */
  async setSuspended(id: string, suspendedAt: Date | null) {
    await transaction.enrollment.update({
      where: { id },
      data: { suspendedAt, version: { increment: 1 } },
    });
  },

  async setExpiry(id: string, expiresAt: Date | null) {
    await transaction.enrollment.update({ where: { id }, data: { expiresAt } });
  },

  /** Takes back what was completed in an enrolment; a trigger recalculates its progress. */
  async resetProgress(enrollmentId: string) {
    await transaction.lessonProgress.deleteMany({ where: { enrollmentId } });
    await transaction.lessonPosition.deleteMany({ where: { enrollmentId } });
  },

  /** Completes those active enrolments of the scope that have nothing left to do, as `hasDoneAll` says. */
  async completeEligible(
    scope: { courseId: string } | { enrollmentId: string },
    completedAt: Date,
  ): Promise<Enrollment[]> {
    const inScope =
      'courseId' in scope
        ? Prisma.sql`e."course_id" = ${scope.courseId}::uuid`
        : Prisma.sql`e."id" = ${scope.enrollmentId}::uuid`;
    const completed = await transaction.$queryRaw<Enrollment[]>`
      UPDATE "learning"."enrollments" AS e
         SET "status" = 'COMPLETED', "completed_at" = ${completedAt}::timestamptz, "progress_percent" = 100
       WHERE ${inScope} AND e."status" = 'ACTIVE' AND e."suspended_at" IS NULL AND ${isLive(completedAt)}
         AND ${hasDoneAll}
      RETURNING ${enrollmentColumns(completedAt)}`;
    await this.remember(completed, 'COMPLETED', 'COMPLETED', completedAt);
    return completed;
  },
});

/** What the history calls the beginning. */
const reasonOf = (source: Admission['source']): string =>
  ({ FREE: 'ENROLLED', ORDER: 'PAID' })[source as string] ?? source;
