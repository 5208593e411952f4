import type { Database } from '../../database.js';
import type { ProjectionCourse } from '../../generated/prisma/client.js';

export interface ProjectedEnrollment {
  readonly enrollmentId: string;
  readonly userId: string;
  readonly courseId: string;
  readonly orderLineId: string | null;
}

export const projectionRepository = {
  /** Keeps the newest snapshot, in whatever order they come. */
  async saveCourse(db: Database, course: ProjectionCourse): Promise<void> {
    await db.$executeRaw`
      INSERT INTO "commerce"."projection_courses"
        ("course_id", "title", "status", "instructor_ids", "available_from", "available_until", "version")
      VALUES (${course.courseId}::uuid, ${course.title}, ${course.status},
              ${course.instructorIds}::uuid[], ${course.availableFrom}::timestamptz,
              ${course.availableUntil}::timestamptz, ${course.version}::int)
      ON CONFLICT ("course_id") DO UPDATE
        SET "title" = excluded."title", "status" = excluded."status",
            "instructor_ids" = excluded."instructor_ids",
            "available_from" = excluded."available_from", "available_until" = excluded."available_until",
            "version" = excluded."version"
        WHERE "projection_courses"."version" < excluded."version"`;
  },

  /** Does not take back an end that was told first. */
  async saveEnrollment(db: Database, enrollment: ProjectedEnrollment): Promise<void> {
    await db.projectionEnrollment.upsert({
      where: { enrollmentId: enrollment.enrollmentId },
      create: enrollment,
      update: { orderLineId: enrollment.orderLineId },
    });
  },

  async endEnrollment(
    db: Database,
    enrollment: Omit<ProjectedEnrollment, 'orderLineId'>,
  ): Promise<void> {
    await db.projectionEnrollment.upsert({
      where: { enrollmentId: enrollment.enrollmentId },
      create: { ...enrollment, ended: true },
      update: { ended: true },
    });
  },

  courses: (db: Database, courseIds: readonly string[]): Promise<ProjectionCourse[]> =>
    db.projectionCourse.findMany({ where: { courseId: { in: [...courseIds] } } }),

  async enrolledCourseIds(
    db: Database,
    userId: string,
    courseIds: readonly string[],
  ): Promise<string[]> {
    const rows = await db.projectionEnrollment.findMany({
      where: { userId, courseId: { in: [...courseIds] }, ended: false },
      select: { courseId: true },
    });
    return rows.map(({ courseId }) => courseId);
  },

  async enrolledLineIds(db: Database, orderLineIds: readonly string[]): Promise<string[]> {
    const rows = await db.projectionEnrollment.findMany({
      where: { orderLineId: { in: [...orderLineIds] } },
      select: { orderLineId: true },
    });
    return rows.flatMap(({ orderLineId }) => (orderLineId === null ? [] : [orderLineId]));
  },
};
