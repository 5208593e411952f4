import { isId, type Viewer } from '@pcc/platform';
import type { Transaction } from '../../mongo.js';
import { defaultReader, type CourseAccess, type ProjectedUser, type Reader } from './model.js';
import type { ProjectionRepository } from './repository.js';

interface Deps {
  readonly projections: ProjectionRepository;
}

/** Answers who is what to a course, from local projections only; what they do not know is refused. */
export const projectionService = ({ projections }: Deps) => {
  const accessTo = async (
    viewer: Viewer,
    courseIds: readonly string[],
    transaction?: Transaction,
  ): Promise<CourseAccess[]> => {
    const wellFormed = courseIds.filter(isId);
    const courses = await projections.coursesByIds(wellFormed, transaction);
    const enrolled =
      viewer.id === null
        ? new Set<string>()
        : await projections.enrolledCourseIds(viewer.id, wellFormed, transaction);
    const byId = new Map(courses.map((course) => [course.id, course]));
    return courseIds.map((courseId) => {
      const course = byId.get(courseId);
      const teaches = viewer.id !== null && course?.instructorIds.includes(viewer.id) === true;
      const isEnrolled = course?.deleted === false && enrolled.has(courseId);
      const mayManage = course !== undefined && (teaches || viewer.isAdmin);
      return {
        courseId,
        courseExists: course !== undefined,
        enrolled: isEnrolled,
        teaches,
        mayRead: mayManage || isEnrolled,
        mayManage,
      };
    });
  };

  return {
    /** Of many courses at once, in the order asked. Two statements, however many. */
    accessTo,

    /** Of one course. Inside a transaction it sees, and is ordered with, that transaction's writes. */
    async accessToOne(
      viewer: Viewer,
      courseId: string,
      transaction?: Transaction,
    ): Promise<CourseAccess> {
      const [access] = await accessTo(viewer, [courseId], transaction);
      if (access === undefined) throw new Error('accessTo answers every course');
      return access;
    },

    wasEverEnrolled: (userId: string, courseId: string, transaction?: Transaction) =>
      projections.wasEverEnrolled(userId, courseId, transaction),

    /** Who teaches a course; nobody while its projection has not come. */
    async instructorsOf(courseId: string, transaction?: Transaction): Promise<readonly string[]> {
      const [course] = await projections.coursesByIds([courseId], transaction);
      return course?.instructorIds ?? [];
    },

    /** Who is enrolled in a course at the moment. */
    studentsOf: (courseId: string, transaction?: Transaction): Promise<readonly string[]> =>
      projections.enrolledUserIds(courseId, transaction),

    /** `null` while the projection has not come. */
    async courseTitle(courseId: string): Promise<string | null> {
      const [course] = await projections.coursesByIds([courseId]);
      return course?.title ?? null;
    },

    /** How to write to a person; in English, by UTC, while nothing of her has come. */
    async readerOf(userId: string): Promise<Reader> {
      return (await projections.userById(userId)) ?? defaultReader;
    },

    user: (userId: string, transaction?: Transaction): Promise<ProjectedUser | null> =>
      projections.userById(userId, transaction),
  };
};

export type ProjectionService = ReturnType<typeof projectionService>;
