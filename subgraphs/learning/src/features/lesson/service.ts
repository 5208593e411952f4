import { isId, type Clock, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { CourseModule, Lesson, Prerequisite } from './model.js';
import { lessonRepository } from './repository.js';

export type { CourseModule, Lesson } from './model.js';

export interface LessonDeps {
  readonly database: Database;
  readonly clock: Clock;
}

export type LessonService = ReturnType<typeof lessonService>;

/** Reading modules and lessons. Each method is one statement, whatever the number of ids. */
export const lessonService = ({ database, clock }: LessonDeps) => {
  const lessons = lessonRepository(database);
  return {
    /** Of courses that the viewer was shown: a module has nothing of its own to hide. */
    modulesOf: (courseIds: readonly string[]): Promise<CourseModule[]> =>
      lessons.modulesOf(courseIds),

    visibleByIds: (viewer: Viewer, ids: readonly string[]): Promise<Lesson[]> =>
      lessons.findVisible(viewer, ids.filter(isId), clock.now()),

    visibleOf: (viewer: Viewer, moduleIds: readonly string[]): Promise<Lesson[]> =>
      lessons.findVisibleOf(viewer, moduleIds, clock.now()),

    publishedCounts: (courseIds: readonly string[]) => lessons.publishedCounts(courseIds),

    prerequisitesOf: (viewer: Viewer, lessonIds: readonly string[]): Promise<Prerequisite[]> =>
      lessons.visiblePrerequisitesOf(viewer, lessonIds, clock.now()),
  };
};
