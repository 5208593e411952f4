import type { EventData } from '@pcc/events';
import type { Prisma, PrismaClient } from '../../generated/prisma/client.js';

export type ProjectionRepository = ReturnType<typeof projectionRepository>;

export const projectionRepository = (prisma: PrismaClient) => ({
  async exists(courseId: string): Promise<boolean> {
    return (await prisma.projectionCourse.count({ where: { courseId } })) > 0;
  },

  async teaches(userId: string, courseId: string): Promise<boolean> {
    const where = { userId, courseId };
    return (await prisma.projectionCourseInstructor.count({ where })) > 0;
  },

  async courseIdsOf(userId: string): Promise<string[]> {
    const rows = await prisma.projectionCourseInstructor.findMany({
      where: { userId },
      select: { courseId: true },
    });
    return rows.map(({ courseId }) => courseId);
  },

  /** Everyone who teaches one of these courses. */
  async instructorIdsOf(courseIds: readonly string[]): Promise<string[]> {
    const rows = await prisma.projectionCourseInstructor.findMany({
      where: { courseId: { in: [...courseIds] } },
      select: { userId: true },
      distinct: ['userId'],
    });
    return rows.map(({ userId }) => userId);
  },

  /** Takes over a snapshot, unless a newer one is known: events come in any order. */
  async applyCourse(
    transaction: Prisma.TransactionClient,
    course: EventData<'course.changed'>,
    version: number,
  ): Promise<void> {
    const { courseId, title, instructorIds } = course;
    const written = await transaction.$executeRaw`
      INSERT INTO "insights"."projection_courses" AS known ("course_id", "title", "version")
      VALUES (${courseId}::uuid, ${title}, ${version})
      ON CONFLICT ("course_id") DO UPDATE
        SET "title" = excluded."title", "version" = excluded."version"
        WHERE known."version" < excluded."version"`;
    if (written === 0) return;
    await transaction.projectionCourseInstructor.deleteMany({ where: { courseId } });
    await transaction.projectionCourseInstructor.createMany({
      data: [...new Set(instructorIds)].map((userId) => ({ courseId, userId })),
    });
  },
});
