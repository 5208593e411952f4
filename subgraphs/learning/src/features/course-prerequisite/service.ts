import type { UnitOfWork } from '@pcc/events';
import { ok, refuse, type Result, type Viewer } from '@pcc/platform';
import { findCycle } from '../../cycle.js';
import type { Database } from '../../database.js';
import type { Course, CourseService } from '../course/service.js';
import { coursePrerequisiteRepository, type CoursePrerequisite } from './repository.js';

export type { CoursePrerequisite } from './repository.js';

export interface CoursePrerequisiteDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
}

const maximumPrerequisites = 20;
const field = 'input.prerequisiteIds';

export type CoursePrerequisiteService = ReturnType<typeof coursePrerequisiteService>;

/** Which courses come before which: a graph without cycles. */
export const coursePrerequisiteService = (deps: CoursePrerequisiteDeps) => {
  const { database, unitOfWork, courses } = deps;

  /** The cycle that these prerequisites would close, as titles; null when there is none. */
  const cycleWith = async (
    transaction: Database,
    viewer: Viewer,
    courseId: string,
    prerequisiteIds: readonly string[],
  ): Promise<string | null> => {
    const edges = await coursePrerequisiteRepository(transaction).reachableFrom(prerequisiteIds);
    const graph = new Map<string, string[]>([[courseId, [...prerequisiteIds]]]);
    for (const edge of edges.filter((one) => one.courseId !== courseId)) {
      graph.set(edge.courseId, [...(graph.get(edge.courseId) ?? []), edge.prerequisiteId]);
    }
    const cycle = findCycle(graph, courseId);
    if (cycle === null) return null;
    const seen = await courses.visibleByIds(viewer, cycle, transaction);
    const titles = new Map(seen.map(({ id, title }) => [id, title]));
    // The way may lead through somebody else's draft.
    return cycle.map((id) => `"${titles.get(id) ?? '…'}"`).join(' → ');
  };

  return {
    /** Direct ones, whether or not the viewer may see them. One statement, however many courses. */
    of: (courseIds: readonly string[]): Promise<CoursePrerequisite[]> =>
      coursePrerequisiteRepository(database).of(courseIds),

    /** The titles of courses that a person must complete before this one and has not. */
    async missingTitles(
      transaction: Database,
      courseId: string,
      userId: string,
    ): Promise<string[]> {
      const missing = await coursePrerequisiteRepository(transaction).missing(courseId, userId);
      return missing.map(({ title }) => title);
    },

    /** Emits `course.changed`. Locks the graph before the course: two at once cannot close a cycle. */
    async set(
      viewer: Viewer,
      input: { courseId: string; prerequisiteIds: readonly string[] },
    ): Promise<Result<Course>> {
      viewer.mustHaveRole('instructor', 'admin');
      const { courseId } = input;
      const ids = [...new Set(input.prerequisiteIds)];
      return unitOfWork.run(async (work) => {
        const { transaction } = work;
        const prerequisites = coursePrerequisiteRepository(transaction);
        await prerequisites.lockGraph();
        const managed = await courses.mustManage(transaction, viewer, courseId, 'input.courseId');
        if (!managed.ok) return managed;
        if (ids.length > maximumPrerequisites) {
          return refuse('INVALID_INPUT', `At most ${maximumPrerequisites} prerequisites.`, field);
        }
        const known = await courses.visibleByIds(viewer, ids, transaction);
        if (known.length < ids.length) {
          return refuse('NOT_FOUND', 'There is no such course.', field);
        }
        const cycle = await cycleWith(transaction, viewer, courseId, ids);
        if (cycle !== null) {
          return refuse('COURSE_PREREQUISITE_CYCLE', `This makes a cycle: ${cycle}.`, field);
        }
        await prerequisites.replace(courseId, ids);
        return ok(await courses.touch(work, courseId));
      });
    },
  };
};
