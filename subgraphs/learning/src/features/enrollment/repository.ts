import { newId, type CursorKey, type Page, type Viewer } from '@pcc/platform';
import { Prisma, type Database } from '../../database.js';
import type { Enrollment, Payment } from './model.js';

export const enrollmentColumns = Prisma.sql`
  e."id", e."user_id" AS "userId", e."course_id" AS "courseId", e."status",
  e."progress_percent" AS "progressPercent", e."completed_lesson_count" AS "completedLessonCount",
  e."enrolled_at" AS "enrolledAt", e."completed_at" AS "completedAt"`;

/** Her own, those of courses that she teaches, and everybody's for an admin. */
const isVisible = (viewer: Viewer) => Prisma.sql`(
  e."user_id" = ${viewer.id}::uuid OR ${viewer.isAdmin}::boolean OR EXISTS (
    SELECT 1 FROM "learning"."course_instructors" AS ci
     WHERE ci."course_id" = e."course_id" AND ci."user_id" = ${viewer.id}::uuid))`;

/** A course's seats, under the lock of its row. */
export interface Seats {
  readonly status: string;
  readonly access: string;
  readonly capacity: number | null;
  readonly enrolledCount: number;
}

export const enrollmentRepository = (database: Database) => ({
  findVisible: (viewer: Viewer, ids: readonly string[]) => database.$queryRaw<Enrollment[]>`
    SELECT ${enrollmentColumns} FROM "learning"."enrollments" AS e
     WHERE e."id" = ANY(${ids}::uuid[]) AND ${isVisible(viewer)}`,

  liveOf: (userId: string, courseIds: readonly string[]) => database.$queryRaw<Enrollment[]>`
    SELECT ${enrollmentColumns} FROM "learning"."enrollments" AS e
     WHERE e."user_id" = ${userId}::uuid AND e."course_id" = ANY(${courseIds}::uuid[])
       AND e."status" <> 'ENDED'`,

  /** Newest first. The key is the moment of enrolment in milliseconds, and the id. */
  pageOf(userId: string, { limit, after }: Page<CursorKey>): Promise<Enrollment[]> {
    const behind =
      after === null
        ? Prisma.empty
        : Prisma.sql`AND (e."enrolled_at", e."id") <
            (${new Date(Number(after[0]))}::timestamptz, ${String(after[1])}::uuid)`;
    return database.$queryRaw<Enrollment[]>`
      SELECT ${enrollmentColumns} FROM "learning"."enrollments" AS e
       WHERE e."user_id" = ${userId}::uuid ${behind}
       ORDER BY e."enrolled_at" DESC, e."id" DESC LIMIT ${limit}::int`;
  },

  countOf: (userId: string) => database.enrollment.count({ where: { userId } }),

  /** The first published lesson, in the order of the course, that is neither completed nor locked. */
  nextLessonIds: (enrollmentIds: readonly string[]) => database.$queryRaw<
    { enrollmentId: string; lessonId: string }[]
  >`
    SELECT DISTINCT ON (e."id") e."id" AS "enrollmentId", l."id" AS "lessonId"
      FROM "learning"."enrollments" AS e
      JOIN "learning"."lessons" AS l ON l."course_id" = e."course_id" AND l."is_published"
      JOIN "learning"."course_modules" AS m ON m."id" = l."module_id"
     WHERE e."id" = ANY(${enrollmentIds}::uuid[])
       AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_progress" AS lp
                        WHERE lp."enrollment_id" = e."id" AND lp."lesson_id" = l."id")
       AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_prerequisites" AS p
                         JOIN "learning"."lessons" AS pl ON pl."id" = p."prerequisite_id" AND pl."is_published"
                        WHERE p."lesson_id" = l."id"
                          AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_progress" AS pp
                                           WHERE pp."enrollment_id" = e."id" AND pp."lesson_id" = pl."id"))
     ORDER BY e."id", m."position", l."position"`,
});

/** The part that changes enrolments; each method belongs into a transaction. */
export const enrollmentChanges = (transaction: Database) => ({
  /** Payment and refund of one order, which may arrive at once and in any order, follow each other. */
  async lockOrder(orderId: string): Promise<void> {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${orderId}, 0))`;
  },

  /** Everyone who wants a seat waits here. */
  async lockSeats(courseId: string): Promise<Seats | null> {
    const rows = await transaction.$queryRaw<Seats[]>`
      SELECT "status", "access", "capacity", "enrolled_count" AS "enrolledCount"
        FROM "learning"."courses" WHERE "id" = ${courseId}::uuid FOR NO KEY UPDATE`;
    return rows[0] ?? null;
  },

  async userExists(userId: string): Promise<boolean> {
    return (await transaction.user.count({ where: { id: userId } })) === 1;
  },

  async insert(
    place: { id: string; userId: string; courseId: string },
    payment: Payment | null,
    enrolledAt: Date,
  ) {
    await transaction.enrollment.create({ data: { ...place, ...payment, enrolledAt } });
    await transaction.course.update({
      where: { id: place.courseId },
      data: { enrolledCount: { increment: 1 } },
    });
    await transaction.enrollmentHistory.create({
      data: {
        id: newId(),
        enrollmentId: place.id,
        status: 'ACTIVE',
        reason: payment === null ? 'ENROLLED' : 'PAID',
        progressPercent: 0,
        happenedAt: enrolledAt,
      },
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

  /** Under the lock of its course. @returns false when it had ended already */
  async end(
    { id, courseId }: { id: string; courseId: string },
    reason: string,
    endedAt: Date,
  ): Promise<boolean> {
    const [ended] = await transaction.enrollment.updateManyAndReturn({
      where: { id, status: { not: 'ENDED' } },
      data: { status: 'ENDED', endedAt },
      select: { progressPercent: true },
    });
    if (ended === undefined) return false;
    await transaction.course.update({
      where: { id: courseId },
      data: { enrolledCount: { decrement: 1 } },
    });
    await transaction.enrollmentHistory.create({
      data: {
        id: newId(),
        enrollmentId: id,
        status: 'ENDED',
        reason,
        progressPercent: ended.progressPercent,
        happenedAt: endedAt,
      },
    });
    return true;
  },

  /** The person's live enrolment, locked: her steps in one course follow each other. */
  async lockLive(userId: string, courseId: string): Promise<Enrollment | null> {
    const rows = await transaction.$queryRaw<Enrollment[]>`
      SELECT ${enrollmentColumns} FROM "learning"."enrollments" AS e
       WHERE e."user_id" = ${userId}::uuid AND e."course_id" = ${courseId}::uuid AND e."status" <> 'ENDED'
         FOR NO KEY UPDATE`;
    return rows[0] ?? null;
  },

  async get(id: string): Promise<Enrollment> {
    const rows = await transaction.$queryRaw<Enrollment[]>`
      SELECT ${enrollmentColumns} FROM "learning"."enrollments" AS e WHERE e."id" = ${id}::uuid`;
    const [enrollment] = rows;
    if (enrollment === undefined) throw new Error('an enrolment vanished inside its transaction');
    return enrollment;
  },

  /** Completes those active enrolments of the scope that have nothing left to do. */
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
       WHERE ${inScope} AND e."status" = 'ACTIVE'
         AND EXISTS (SELECT 1 FROM "learning"."lessons" AS l
                      WHERE l."course_id" = e."course_id" AND l."is_published")
         AND NOT EXISTS (SELECT 1 FROM "learning"."lessons" AS l
                          WHERE l."course_id" = e."course_id" AND l."is_published"
                            AND NOT EXISTS (SELECT 1 FROM "learning"."lesson_progress" AS lp
                                             WHERE lp."enrollment_id" = e."id" AND lp."lesson_id" = l."id"))
         AND NOT EXISTS (SELECT 1 FROM "learning"."assignments" AS a
                          WHERE a."course_id" = e."course_id"
                            AND NOT EXISTS (SELECT 1 FROM "learning"."assignment_submissions" AS s
                                             WHERE s."assignment_id" = a."id" AND s."enrollment_id" = e."id"
                                               AND s."passed"))
      RETURNING ${enrollmentColumns}`;
    await transaction.enrollmentHistory.createMany({
      data: completed.map(({ id }) => ({
        id: newId(),
        enrollmentId: id,
        status: 'COMPLETED',
        reason: 'COMPLETED',
        progressPercent: 100,
        happenedAt: completedAt,
      })),
    });
    return completed;
  },
});
