import { randomBytes } from 'node:crypto';
import type { Work } from '@pcc/events';
import { AppError, isId, ok, refuse, type Clock, type Result, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Course, CourseFields } from './model.js';
import { courseRepository, type CourseForChange } from './repository.js';
import { isSlug, slugOf } from './slug.js';

export type { Course, CourseConnection, CourseEdge, CourseHighlight } from './model.js';
export type { CourseForChange } from './repository.js';
export { slugInput } from './authoring-input.js';
export { isSlug, slugOf } from './slug.js';

export interface CourseDeps {
  readonly database: Database;
  readonly clock: Clock;
}

export type CourseService = ReturnType<typeof courseService>;

/** Who may read and write which course; other features ask it for both. */
export const courseService = ({ database, clock }: CourseDeps) => {
  const courses = courseRepository(database);

  return {
    /** By its slug or one it had before. */
    async bySlug(viewer: Viewer, slug: string): Promise<Course | null> {
      return isSlug(slug) ? courses.findVisibleBySlug(viewer, slug, clock.now()) : null;
    },

    /** @param transaction to ask within, where there is one */
    visibleByIds: (
      viewer: Viewer,
      ids: readonly string[],
      transaction: Database = database,
    ): Promise<Course[]> =>
      courseRepository(transaction).findVisible(viewer, ids.filter(isId), clock.now()),

    /**
     * Whatever became of them: for those who were shown something that belongs to the course, such as their own
     * enrolment. What is inside the course has rules of its own.
     */
    byIds: (ids: readonly string[]): Promise<Course[]> => courses.find(ids),

    /** Public, like the catalogue. */
    instructorsOf: (courseIds: readonly string[]) => courses.instructorsOf(courseIds),

    /** Of published lessons. */
    durationsOf: (courseIds: readonly string[]) => courses.durationsOf(courseIds),

    /**
     * Whether the course takes enrolments now: published, not deleted, and within its window. Ask under the lock
     * of the course.
     */
    isOpen: (transaction: Database, courseId: string): Promise<boolean> =>
      courseRepository(transaction).isOpen(courseId, clock.now()),

    /** Whether everybody may see the course now; the same rule as `isOpen`, on what was read. */
    isPublic: (course: Course): boolean => isPublicAt(course, clock.now()),

    /** The seconds until this public course is none any more; null when that is not planned. */
    secondsLeft: ({ availableUntil }: Course): number | null =>
      availableUntil === null ? null : (availableUntil.getTime() - clock.now().getTime()) / 1_000,

    /**
     * The course, locked in this transaction, if the viewer writes it. Refuses with NOT_FOUND for what she
     * may not see, and FORBIDDEN for what she may see but not change.
     * @throws AppError FORBIDDEN when her role writes no course at all
     */
    async mustManage(
      transaction: Database,
      viewer: Viewer,
      courseId: string,
      field: string,
    ): Promise<Result<CourseForChange>> {
      viewer.mustHaveRole('instructor', 'admin');
      const course = isId(courseId)
        ? await courseRepository(transaction).findForChange(viewer, courseId, clock.now())
        : null;
      if (course === null || !course.visible) {
        return refuse('NOT_FOUND', 'There is no such course.', field);
      }
      return course.manages ? ok(course) : refuse('FORBIDDEN', 'This course is not yours.', field);
    },

    /** @throws AppError FORBIDDEN unless the viewer teaches the course, or is an admin */
    async mustTeach(viewer: Viewer, courseId: string): Promise<void> {
      const userId = viewer.mustHaveRole('instructor', 'admin');
      if (viewer.isAdmin) return;
      const instructors = await courses.instructorsOf([courseId]);
      if (!instructors.some((one) => one.userId === userId)) throw new AppError('FORBIDDEN');
    },

    /** The course, locked in this transaction: for what counts its seats. */
    async lock(transaction: Database, viewer: Viewer, courseId: string) {
      return isId(courseId)
        ? courseRepository(transaction).findForChange(viewer, courseId, clock.now())
        : null;
    },

    /** The course whatever it is, of a transaction that knows it to be there. */
    get: (transaction: Database, id: string): Promise<Course> =>
      courseRepository(transaction).get(id),

    /** Writes a draft. Refuses with SLUG_TAKEN; without a slug it makes one from the title. */
    async insertDraft(
      transaction: Database,
      { id, slug: wanted, ...fields }: Omit<CourseFields, 'slug'> & NewCourse,
      instructorIds: readonly string[],
    ): Promise<Result<Course>> {
      const repository = courseRepository(transaction);
      const slugs = wanted === null ? slugsFor(fields.title) : [wanted];
      // Before the course itself: the reference is checked at the commit.
      const slug = await firstFree(repository, id, slugs);
      if (slug === null) return slugTaken;
      await repository.insert(id, { ...fields, slug }, instructorIds, clock.now());
      return ok(await repository.get(id));
    },

    /** Tells the others of a course as it is now: call it after each change, in its transaction. */
    async announce({ transaction, emit }: Work<Database>, course: Course): Promise<Course> {
      const repository = courseRepository(transaction);
      const instructors = await repository.instructorsOf([course.id]);
      await emit('course.changed', {
        aggregateId: course.id,
        aggregateVersion: course.version,
        data: {
          courseId: course.id,
          slug: course.slug,
          title: course.title,
          // Whoever does not know of deletion must not go on selling it.
          status: course.deletedAt === null ? course.status : 'ARCHIVED',
          language: course.language,
          instructorIds: instructors.map(({ userId }) => userId),
          prerequisiteIds: await repository.prerequisiteIdsOf(course.id),
          ...(course.deletedAt === null ? {} : { deleted: true }),
          ...(course.availableFrom && { availableFrom: course.availableFrom.toISOString() }),
          ...(course.availableUntil && { availableUntil: course.availableUntil.toISOString() }),
        },
      });
      return course;
    },

    /** Counts a change that lies in another table of the course, and tells of it. */
    async touch(work: Work<Database>, courseId: string): Promise<Course> {
      return this.announce(work, await courseRepository(work.transaction).update(courseId, {}));
    },
  };
};

interface NewCourse {
  readonly id: string;
  readonly slug: string | null;
}

/** What a title suggests, and the same with a few random letters behind it. */
const slugsFor = (title: string): string[] => {
  const own = slugOf(title);
  return [own, `${own}-${randomBytes(3).toString('hex')}`];
};

/** Claims the first slug that no other course has or had. */
async function firstFree(
  repository: ReturnType<typeof courseRepository>,
  courseId: string,
  slugs: readonly string[],
): Promise<string | null> {
  for (const slug of slugs) if (await repository.claimSlug(courseId, slug)) return slug;
  return null;
}

export const slugTaken = refuse('SLUG_TAKEN', 'Another course has or had this slug.', 'input.slug');

/** The clock's side of `isOpen` in course-access.ts. */
export const isPublicAt = (
  course: Pick<Course, 'status' | 'deletedAt' | 'availableFrom' | 'availableUntil'>,
  at: Date,
): boolean =>
  course.status === 'PUBLISHED' &&
  course.deletedAt === null &&
  (course.availableFrom === null || course.availableFrom <= at) &&
  (course.availableUntil === null || course.availableUntil > at);
