import { isId, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { CourseModule, Lesson, Prerequisite } from './model.js';
import { lessonRepository } from './repository.js';

export type { CourseModule, Lesson } from './model.js';

export type LessonService = ReturnType<typeof lessonService>;

/** Reading modules and lessons. Each method is one statement, whatever the number of ids. */
export const lessonService = ({ database }: { readonly database: Database }) => {
  const lessons = lessonRepository(database);
  return {
    /** Of courses that the viewer was shown: a module has nothing of its own to hide. */
    modulesOf: (courseIds: readonly string[]): Promise<CourseModule[]> =>
      lessons.modulesOf(courseIds),

    visibleByIds: (viewer: Viewer, ids: readonly string[]): Promise<Lesson[]> =>
      lessons.findVisible(viewer, ids.filter(isId)),

    visibleOf: (viewer: Viewer, moduleIds: readonly string[]): Promise<Lesson[]> =>
      lessons.findVisibleOf(viewer, moduleIds),

    publishedCounts: (courseIds: readonly string[]) => lessons.publishedCounts(courseIds),

    /** Those of these whose body the viewer may read. */
    openAmong: (viewer: Viewer, ids: readonly string[]) => lessons.openAmong(viewer, ids),

    /** The bodies that the viewer may read; the others are left out. */
    openBodies: (viewer: Viewer, ids: readonly string[]) => lessons.openBodies(viewer, ids),

    prerequisitesOf: (viewer: Viewer, lessonIds: readonly string[]): Promise<Prerequisite[]> =>
      lessons.visiblePrerequisitesOf(viewer, lessonIds),
  };
};
