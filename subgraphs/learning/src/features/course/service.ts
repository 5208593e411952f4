import {
  AppError,
  connectionOf,
  isId,
  ok,
  pageOf,
  refuse,
  type PageArguments,
  type Result,
  type Viewer,
} from '@pcc/platform';
import type { Database } from '../../database.js';
import { catalogueRepository } from './catalogue-repository.js';
import type { Course, CourseConnection, CourseFilter } from './model.js';
import { courseRepository, type CourseForChange } from './repository.js';
import { isSlug } from './slug.js';

export type { Course, CourseConnection } from './model.js';
export type { CourseForChange } from './repository.js';

const maximumTextLength = 200;

type GivenFilter = { readonly [Key in keyof CourseFilter]?: CourseFilter[Key] | undefined };

export type CourseService = ReturnType<typeof courseService>;

/** Reading the catalogue, and who may write what; other features ask it for both. */
export const courseService = ({ database }: { readonly database: Database }) => {
  const courses = courseRepository(database);
  const catalogue = catalogueRepository(database);

  return {
    /** The published courses; the same for everybody, so that answers can be cached. */
    async list(args: PageArguments, given: GivenFilter): Promise<CourseConnection> {
      const filter: CourseFilter = {
        text: searchText(given.text),
        level: given.level ?? null,
        language: given.language ?? null,
        access: given.access ?? null,
      };
      const page = pageOf(args, 2);
      if (page.after !== null && !isCatalogueCursor(page.after)) {
        throw new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');
      }
      const { text } = filter;
      const rows = await (text === null
        ? catalogue.newest(filter, page)
        : catalogue.bestMatches({ ...filter, text }, page));
      return connectionOf(
        rows,
        page,
        ({ rank, id }) => [rank, id],
        () => catalogue.count(filter),
      );
    },

    /** By its slug or one it had before. */
    async bySlug(viewer: Viewer, slug: string): Promise<Course | null> {
      return isSlug(slug) ? courses.findVisibleBySlug(viewer, slug) : null;
    },

    visibleByIds: (viewer: Viewer, ids: readonly string[]): Promise<Course[]> =>
      courses.findVisible(viewer, ids.filter(isId)),

    /** Public, like the catalogue. */
    instructorsOf: (courseIds: readonly string[]) => courses.instructorsOf(courseIds),

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
        ? await courseRepository(transaction).findForChange(viewer, courseId)
        : null;
      if (course === null || !course.visible) {
        return refuse('NOT_FOUND', 'There is no such course.', field);
      }
      return course.manages ? ok(course) : refuse('FORBIDDEN', 'This course is not yours.', field);
    },

    /** The course, locked in this transaction: for what counts its seats. */
    async lock(transaction: Database, viewer: Viewer, courseId: string) {
      return isId(courseId) ? courseRepository(transaction).findForChange(viewer, courseId) : null;
    },
  };
};

/** A rank or a moment in milliseconds, and an id. */
const isCatalogueCursor = ([rank, id]: readonly unknown[]) =>
  typeof rank === 'number' &&
  !Number.isNaN(new Date(rank).getTime()) &&
  typeof id === 'string' &&
  isId(id);

/** @throws AppError BAD_USER_INPUT */
function searchText(text: string | null | undefined): string | null {
  const trimmed = text?.replaceAll('\0', ' ').trim() ?? '';
  if (trimmed.length > maximumTextLength) {
    throw new AppError(
      'BAD_USER_INPUT',
      `"text" may have ${maximumTextLength} characters at most.`,
    );
  }
  return trimmed === '' ? null : trimmed;
}
