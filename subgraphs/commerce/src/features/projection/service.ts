import type { Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { ProjectionCourse } from '../../generated/prisma/client.js';
import { projectionRepository } from './repository.js';

/**
 * What commerce knows of learning, from its events: late by moments, and closed when unsure. A course
 * that is not here yet can be neither priced nor sold.
 */
export const projectionService = () => ({
  async coursesById(
    db: Database,
    courseIds: readonly string[],
  ): Promise<ReadonlyMap<string, ProjectionCourse>> {
    const courses = await projectionRepository.courses(db, courseIds);
    return new Map(courses.map((course) => [course.courseId, course]));
  },

  /** What the person must complete before each of these courses and has not. One statement, however many. */
  missingPrerequisites: (db: Database, userId: string, courseIds: readonly string[]) =>
    projectionRepository.missingPrerequisites(db, userId, courseIds),

  /** Which of these courses the person is enrolled in. */
  async enrolledCourseIds(
    db: Database,
    userId: string,
    courseIds: readonly string[],
  ): Promise<ReadonlySet<string>> {
    return new Set(await projectionRepository.enrolledCourseIds(db, userId, courseIds));
  },

  /** For which of these order lines learning has made an enrolment, whatever became of it. */
  async enrolledLineIds(
    db: Database,
    orderLineIds: readonly string[],
  ): Promise<ReadonlySet<string>> {
    return new Set(await projectionRepository.enrolledLineIds(db, orderLineIds));
  },

  /** Admins, and instructors of the course itself. */
  mayEdit: (viewer: Viewer, course: ProjectionCourse): boolean =>
    viewer.isAdmin ||
    (viewer.hasRole('instructor') &&
      viewer.id !== null &&
      course.instructorIds.includes(viewer.id)),
});

export type ProjectionService = ReturnType<typeof projectionService>;
export type { ProjectionCourse };
