import type { UnitOfWork, Work } from '@pcc/events';
import { isId, ok, refuse, refuseAll, type Clock, type Result, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import { lifecycleRepository } from './lifecycle-repository.js';
import type { Course } from './model.js';
import { missingIn, publishChecklist, type PublishCheck } from './publish-checklist.js';
import { courseRepository, type CourseForChange } from './repository.js';
import type { CourseService } from './service.js';

export interface LifecycleDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly clock: Clock;
}

const field = 'input.courseId';

export type CourseLifecycleService = ReturnType<typeof courseLifecycleService>;

/**
 * A course's states: draft, published, archived, and deleted beside each of them. Asking for the state that it is
 * in does nothing. Every change emits `course.changed`, in its transaction.
 */
export const courseLifecycleService = (deps: LifecycleDeps) => {
  const { database, unitOfWork, courses, clock } = deps;

  /** Runs a change of state under the lock of the course, if the viewer writes it. */
  const change = (
    viewer: Viewer,
    courseId: string,
    decide: (
      course: CourseForChange,
      work: Work<Database>,
    ) => Promise<Result<Partial<Pick<Course, 'status' | 'publishedAt' | 'deletedAt'>> | null>>,
  ): Promise<Result<Course>> => {
    viewer.mustHaveRole('instructor', 'admin');
    return unitOfWork.run(async (work) => {
      const { transaction } = work;
      const managed = await courses.mustManage(transaction, viewer, courseId, field);
      if (!managed.ok) return managed;
      const decided = await decide(managed.value, work);
      if (!decided.ok) return decided;
      const repository = courseRepository(transaction);
      if (decided.value === null) return ok(await repository.get(courseId));
      return ok(await courses.announce(work, await repository.update(courseId, decided.value)));
    });
  };

  const publishing = async (course: CourseForChange, { transaction }: Work<Database>) => {
    const [facts] = await lifecycleRepository(transaction).publishFacts([course.id]);
    if (facts === undefined) throw new Error('a locked course vanished');
    const missing = missingIn(publishChecklist(course, facts), field);
    return missing.length > 0
      ? refuseAll(missing)
      : ok({ status: 'PUBLISHED' as const, publishedAt: course.publishedAt ?? clock.now() });
  };

  return {
    /** Puts a draft, or an archived course, into the catalogue, if its check list has nothing against it. */
    publish: (viewer: Viewer, courseId: string) =>
      change(viewer, courseId, async (course, work) => {
        if (course.deletedAt !== null) return isDeleted;
        return course.status === 'PUBLISHED' ? ok(null) : publishing(course, work);
      }),

    archive: (viewer: Viewer, courseId: string) =>
      change(viewer, courseId, async (course) => {
        if (course.deletedAt !== null) return isDeleted;
        if (course.status === 'DRAFT') {
          return refuse('NOT_PUBLISHED', 'Only a published course can be archived.', field);
        }
        return ok(course.status === 'ARCHIVED' ? null : { status: 'ARCHIVED' });
      }),

    /** Back into the catalogue, by the same check list as the first time. */
    unarchive: (viewer: Viewer, courseId: string) =>
      change(viewer, courseId, async (course, work) => {
        if (course.deletedAt !== null) return isDeleted;
        if (course.status === 'DRAFT') {
          return refuse('NOT_ARCHIVED', 'The course is a draft: publish it.', field);
        }
        return course.status === 'PUBLISHED' ? ok(null) : publishing(course, work);
      }),

    /**
     * Hides a course from everybody but its instructors and admins; its rows, slugs and enrolments stay, so that
     * `restore` brings everything back. As in Canvas, a course with people in it can be deleted, but by an
     * admin: it takes away what they may have paid for. An instructor archives such a course.
     */
    delete: (viewer: Viewer, courseId: string) =>
      change(viewer, courseId, async ({ deletedAt, enrolledCount }) => {
        if (deletedAt !== null) return ok(null);
        if (enrolledCount > 0 && !viewer.isAdmin) {
          return refuse(
            'COURSE_HAS_ENROLLMENTS',
            'People are enrolled: archive the course, or ask an admin.',
            field,
          );
        }
        return ok({ deletedAt: clock.now() });
      }),

    /** Brings a deleted course back as it was. */
    restore: (viewer: Viewer, courseId: string) =>
      change(viewer, courseId, async ({ deletedAt }) =>
        ok(deletedAt === null ? null : { deletedAt: null }),
      ),

    /** The check lists of those of these courses that the viewer writes. Two statements, however many. */
    async checklists(
      viewer: Viewer,
      given: readonly Course[],
    ): Promise<{ courseId: string; checks: PublishCheck[] }[]> {
      if (viewer.id === null || !viewer.hasRole('instructor', 'admin')) return [];
      const repository = lifecycleRepository(database);
      const ids = given.map(({ id }) => id).filter(isId);
      const mine = viewer.isAdmin ? ids : await repository.taughtBy(viewer.id, ids);
      const facts = await repository.publishFacts(mine);
      const byId = new Map(given.map((course) => [course.id, course]));
      return facts.flatMap(({ courseId, ...rest }) => {
        const course = byId.get(courseId);
        return course === undefined ? [] : [{ courseId, checks: publishChecklist(course, rest) }];
      });
    },
  };
};

const isDeleted = refuse('COURSE_DELETED', 'Restore the course first.', field);
