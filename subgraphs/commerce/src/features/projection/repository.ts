import type { Database } from '../../database.js';
import type { ProjectionCourse } from '../../generated/prisma/client.js';

export interface ProjectedEnrollment {
  readonly enrollmentId: string;
  readonly userId: string;
  readonly courseId: string;
  readonly orderLineId: string | null;
}

/** A course as an event told it; null: an older event, which does not know of prerequisites. */
export type CourseSnapshot = Omit<ProjectionCourse, 'prerequisiteIds'> & {
  readonly prerequisiteIds: readonly string[] | null;
};

export interface Completion {
  readonly userId: string;
  readonly courseId: string;
}

/** What has to be completed before a course can be entered. */
export interface MissingPrerequisite {
  readonly courseId: string;
  readonly prerequisiteId: string;
  readonly title: string;
}

export const projectionRepository = {
  /** Keeps the newest snapshot, in whatever order they come. */
  async saveCourse(db: Database, course: CourseSnapshot): Promise<void> {
    await db.$executeRaw`
      INSERT INTO "commerce"."projection_courses"
        ("course_id", "title", "status", "instructor_ids", "available_from", "available_until",
         "prerequisite_ids", "version")
      VALUES (${course.courseId}::uuid, ${course.title}, ${course.status},
              ${course.instructorIds}::uuid[], ${course.availableFrom}::timestamptz,
              ${course.availableUntil}::timestamptz, coalesce(${course.prerequisiteIds}::uuid[], '{}'),
              ${course.version}::int)
      ON CONFLICT ("course_id") DO UPDATE
        SET "title" = excluded."title", "status" = excluded."status",
            "instructor_ids" = excluded."instructor_ids",
            "available_from" = excluded."available_from", "available_until" = excluded."available_until",
            "prerequisite_ids" =
              coalesce(${course.prerequisiteIds}::uuid[], "projection_courses"."prerequisite_ids"),
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

  /** Whoever has completed a course has, whatever becomes of her enrolment: nothing takes it back. */
  async saveCompletion(db: Database, { userId, courseId }: Completion): Promise<void> {
    await db.projectionCompletion.createMany({
      data: [{ userId, courseId }],
      skipDuplicates: true,
    });
  },

  /**
   * Learning's rule: a prerequisite that is no longer taught holds up nobody. One that is not known here yet does
   * not either; learning will know.
   */
  missingPrerequisites: (
    db: Database,
    userId: string,
    courseIds: readonly string[],
  ): Promise<MissingPrerequisite[]> => db.$queryRaw`
    SELECT wanted."course_id" AS "courseId", needed."course_id" AS "prerequisiteId", needed."title"
      FROM "commerce"."projection_courses" AS wanted
      JOIN "commerce"."projection_courses" AS needed
        ON needed."course_id" = ANY(wanted."prerequisite_ids") AND needed."status" = 'PUBLISHED'
     WHERE wanted."course_id" = ANY(${courseIds}::uuid[])
       AND NOT EXISTS (
         SELECT 1 FROM "commerce"."projection_completions" AS done
          WHERE done."user_id" = ${userId}::uuid AND done."course_id" = needed."course_id")
     ORDER BY needed."title", needed."course_id"`,

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
