import type { CursorKey, Page, Viewer } from '@pcc/platform';
import { writesCourse } from '../../course-access.js';
import { Prisma, type Database } from '../../database.js';
import type { Cohort } from './model.js';

const columns = Prisma.sql`
  c."id", c."course_id" AS "courseId", c."name", c."starts_at" AS "startsAt", c."ends_at" AS "endsAt", c."capacity",
  c."member_count" AS "memberCount", c."version", c."created_at" AS "createdAt"`;

/** Its members, the course's instructors, and admins. */
const isVisible = (viewer: Viewer) => Prisma.sql`(
  ${writesCourse(viewer, Prisma.sql`c."course_id"`)}
  OR EXISTS (SELECT 1 FROM "learning"."cohort_memberships" AS m
              WHERE m."cohort_id" = c."id" AND m."user_id" = ${viewer.id}::uuid))`;

export const cohortRepository = (database: Database) => ({
  findVisible: (viewer: Viewer, ids: readonly string[]) => database.$queryRaw<Cohort[]>`
    SELECT ${columns} FROM "learning"."student_cohorts" AS c
     WHERE c."id" = ANY(${ids}::uuid[]) AND ${isVisible(viewer)}`,

  async find(id: string): Promise<Cohort | null> {
    const rows = await database.$queryRaw<Cohort[]>`
      SELECT ${columns} FROM "learning"."student_cohorts" AS c WHERE c."id" = ${id}::uuid`;
    return rows[0] ?? null;
  },

  /** Newest first. */
  pageOf(courseId: string, { limit, after }: Page<CursorKey>): Promise<Cohort[]> {
    const behind =
      after === null
        ? Prisma.empty
        : Prisma.sql`AND (c."created_at", c."id") <
            (${new Date(Number(after[0]))}::timestamptz, ${String(after[1])}::uuid)`;
    return database.$queryRaw<Cohort[]>`
      SELECT ${columns} FROM "learning"."student_cohorts" AS c
       WHERE c."course_id" = ${courseId}::uuid ${behind}
       ORDER BY c."created_at" DESC, c."id" DESC LIMIT ${limit}::int`;
  },

  countOf: (courseId: string) => database.cohort.count({ where: { courseId } }),

  async insert(cohort: Cohort) {
    await database.cohort.create({ data: cohort });
  },

  /** With its next version, under the lock of its course. */
  async update(id: string, fields: Partial<Omit<Cohort, 'id' | 'courseId' | 'version'>>) {
    await database.cohort.update({
      where: { id },
      data: { ...fields, version: { increment: 1 } },
    });
  },

  membersAmong: (cohortId: string, userIds: readonly string[]) =>
    database.cohortMembership.findMany({
      where: { cohortId, userId: { in: [...userIds] } },
      select: { userId: true, enrollmentId: true },
    }),

  async addMember(cohortId: string, member: { userId: string; enrollmentId: string }, at: Date) {
    await database.cohortMembership.create({ data: { cohortId, ...member, addedAt: at } });
  },

  async removeMembers(cohortId: string, userIds: readonly string[]) {
    await database.cohortMembership.deleteMany({
      where: { cohortId, userId: { in: [...userIds] } },
    });
  },

  /** Those of these enrolments that a cohort has made. */
  async madeByCohort(enrollmentIds: readonly string[]): Promise<string[]> {
    const rows = await database.enrollment.findMany({
      where: { id: { in: [...enrollmentIds] }, source: 'COHORT' },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  },
});
