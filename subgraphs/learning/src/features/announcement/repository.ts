import type { CursorKey, Viewer } from '@pcc/platform';
import { isEnrolled, isVisible, writesCourse } from '../../course-access.js';
import { Prisma, type Database } from '../../database.js';
import type { Announcement } from './model.js';

const announcementColumns = Prisma.sql`
  a."id", a."course_id" AS "courseId", a."author_id" AS "authorId", a."title", a."body",
  a."created_at" AS "createdAt"`;

export const announcementRepository = (database: Database) => ({
  /** Those of these courses whose announcements the viewer may read. */
  async readableAmong(viewer: Viewer, courseIds: readonly string[], at: Date): Promise<string[]> {
    const rows = await database.$queryRaw<{ id: string }[]>`
      SELECT c."id" FROM "learning"."courses" AS c
       WHERE c."id" = ANY(${courseIds}::uuid[]) AND ${isVisible(viewer, at)}
         AND (${writesCourse(viewer)} OR ${isEnrolled(viewer, at)})`;
    return rows.map(({ id }) => id);
  },

  /** A page of each course, newest first. */
  newestOf(
    courseIds: readonly string[],
    after: CursorKey | null,
    limit: number,
  ): Promise<Announcement[]> {
    const behind =
      after === null
        ? Prisma.empty
        : Prisma.sql`AND (a."created_at", a."id") < 
            (${new Date(Number(after[0]))}::timestamptz, ${String(after[1])}::uuid)`;
    return database.$queryRaw<Announcement[]>`
      SELECT page.* FROM unnest(${courseIds}::uuid[]) AS parent("id")
       CROSS JOIN LATERAL (
         SELECT ${announcementColumns} FROM "learning"."course_announcements" AS a
          WHERE a."course_id" = parent."id" ${behind}
          ORDER BY a."created_at" DESC, a."id" DESC LIMIT ${limit}::int) AS page
       ORDER BY page."createdAt" DESC, page."id" DESC`;
  },

  countsOf: (courseIds: readonly string[]) => database.$queryRaw<
    { courseId: string; count: number }[]
  >`
    SELECT "course_id" AS "courseId", count(*)::int AS "count" FROM "learning"."course_announcements"
     WHERE "course_id" = ANY(${courseIds}::uuid[]) GROUP BY "course_id"`,

  /** @returns false when the author has sent this request before */
  async insert(announcement: Announcement, clientRequestId: string): Promise<boolean> {
    const { count } = await database.courseAnnouncement.createMany({
      data: [{ ...announcement, clientRequestId }],
      skipDuplicates: true,
    });
    return count === 1;
  },

  async findByRequest(authorId: string, clientRequestId: string): Promise<Announcement | null> {
    const rows = await database.$queryRaw<Announcement[]>`
      SELECT ${announcementColumns} FROM "learning"."course_announcements" AS a
       WHERE a."author_id" = ${authorId}::uuid AND a."client_request_id" = ${clientRequestId}`;
    return rows[0] ?? null;
  },
});
