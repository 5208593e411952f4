import type { UnitOfWork } from '@pcc/events';
import {
  connectionOf,
  isId,
  newId,
  ok,
  pageOf,
  refuse,
  validate,
  type Clock,
  type PageArguments,
  type Result,
  type Viewer,
} from '@pcc/platform';
import { z } from 'zod';
import { timeCursor } from '../../cursors.js';
import type { Database } from '../../database.js';
import { line, text } from '../../inputs.js';
import type { CourseService } from '../course/service.js';
import type { Announcement, AnnouncementConnection } from './model.js';
import { announcementRepository } from './repository.js';

export type { Announcement, AnnouncementConnection } from './model.js';

export interface AnnouncementDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly clock: Clock;
}

const newAnnouncement = z.object({
  title: line(200),
  body: text(20_000).refine((value) => value.trim() !== '', 'Must not be empty.'),
  clientRequestId: line(100),
});

export type AnnouncementService = ReturnType<typeof announcementService>;

export const announcementService = (deps: AnnouncementDeps) => {
  const { database, unitOfWork, courses, clock } = deps;
  const announcements = announcementRepository(database);

  return {
    /**
     * Once for each `clientRequestId` of the author. Emits `announcement.created`, by which content notifies all
     * who are enrolled.
     */
    async create(
      viewer: Viewer,
      input: { courseId: string; title: string; body: string; clientRequestId: string },
    ): Promise<Result<Announcement>> {
      const authorId = viewer.mustHaveRole('instructor', 'admin');
      const checked = validate(newAnnouncement, input);
      return unitOfWork.run(async ({ transaction, emit }) => {
        const { courseId } = input;
        const managed = await courses.mustManage(transaction, viewer, courseId, 'input.courseId');
        if (!managed.ok) return managed;
        if (!checked.ok) return checked;
        if (managed.value.deletedAt !== null) return courseDeleted;
        const { clientRequestId, ...texts } = checked.value;
        const repository = announcementRepository(transaction);
        const announcement = { id: newId(), courseId, authorId, createdAt: clock.now(), ...texts };
        if (!(await repository.insert(announcement, clientRequestId))) {
          const before = await repository.findByRequest(authorId, clientRequestId);
          return before?.courseId === courseId ? ok(before) : requestIdReused;
        }
        const { id: announcementId } = announcement;
        await emit('announcement.created', {
          aggregateId: announcementId,
          data: { announcementId, courseId, authorId },
        });
        return ok(announcement);
      });
    },

    readableAmong: (viewer: Viewer, courseIds: readonly string[]): Promise<string[]> =>
      announcements.readableAmong(viewer, courseIds.filter(isId), clock.now()),

    /** Of courses whose announcements the viewer may read: one statement for all, in the order of the ids. */
    async newestOf(courseIds: readonly string[], after: string | null, limit: number) {
      const page = timeCursor(pageOf({ after }, 2));
      const rows = await announcements.newestOf(courseIds, page.after, limit);
      return courseIds.map((id) => rows.filter(({ courseId }) => courseId === id));
    },

    countsOf: (courseIds: readonly string[]) => announcements.countsOf(courseIds),

    /** The connection over rows that `newestOf` gave. */
    connection: (
      rows: readonly Announcement[],
      args: PageArguments,
      totalCount: () => Promise<number>,
    ): AnnouncementConnection =>
      connectionOf(
        rows,
        pageOf(args, 2),
        ({ createdAt, id }) => [createdAt.getTime(), id],
        totalCount,
      ),
  };
};

const courseDeleted = refuse('COURSE_DELETED', 'Restore the course first.', 'input.courseId');
const requestIdReused = refuse(
  'REQUEST_ID_REUSED',
  'You have announced something in another course by this id.',
  'input.clientRequestId',
);
