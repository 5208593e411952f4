import type { UnitOfWork } from '@pcc/events';
import { ok, refuse, type Clock, type Result, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { AccountService } from '../account/service.js';
import type { Course } from './model.js';
import { courseRepository } from './repository.js';
import type { CourseService } from './service.js';

export interface InstructorDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly courses: CourseService;
  readonly clock: Clock;
}

interface Place {
  readonly courseId: string;
  readonly userId: string;
}

const maximumInstructors = 50;

export type CourseInstructorService = ReturnType<typeof courseInstructorService>;

/**
 * Who teaches a course together. All of them may do the same, as Canvas's teachers may: there is no owner among
 * them, and an admin settles a quarrel. Each change emits `course.changed`, by which other subgraphs know them.
 */
export const courseInstructorService = (deps: InstructorDeps) => {
  const { unitOfWork, accounts, courses, clock } = deps;
  return {
    /** Does nothing for somebody who teaches the course already. */
    async add(viewer: Viewer, { courseId, userId }: Place): Promise<Result<Course>> {
      viewer.mustHaveRole('instructor', 'admin');
      // Not in the transaction: accounts are read by another connection.
      const [account] = await accounts.visibleByIds(viewer, [userId]);
      return unitOfWork.run(async (work) => {
        const { transaction } = work;
        const managed = await courses.mustManage(transaction, viewer, courseId, 'input.courseId');
        if (!managed.ok) return managed;
        if (account === undefined) return noSuchUser;
        if (account.role === 'student') {
          return refuse('NOT_AN_INSTRUCTOR', 'Only instructors can teach.', 'input.userId');
        }
        const repository = courseRepository(transaction);
        if ((await repository.instructorsOf([courseId])).length >= maximumInstructors) {
          const message = `A course has at most ${maximumInstructors} instructors.`;
          return refuse('TOO_MANY_INSTRUCTORS', message, 'input.userId');
        }
        const added = await repository.addInstructor(courseId, userId, clock.now());
        return ok(added ? await courses.touch(work, courseId) : await repository.get(courseId));
      });
    },

    /** Refuses with LAST_INSTRUCTOR; does nothing for somebody who does not teach the course. */
    async remove(viewer: Viewer, { courseId, userId }: Place): Promise<Result<Course>> {
      viewer.mustHaveRole('instructor', 'admin');
      return unitOfWork.run(async (work) => {
        const { transaction } = work;
        const managed = await courses.mustManage(transaction, viewer, courseId, 'input.courseId');
        if (!managed.ok) return managed;
        const repository = courseRepository(transaction);
        const teaching = await repository.instructorsOf([courseId]);
        if (!teaching.some((one) => one.userId === userId)) {
          return ok(await repository.get(courseId));
        }
        if (teaching.length === 1) {
          return refuse('LAST_INSTRUCTOR', 'Add another instructor first.', 'input.userId');
        }
        await repository.removeInstructor(courseId, userId);
        return ok(await courses.touch(work, courseId));
      });
    },
  };
};

const noSuchUser = refuse('NOT_FOUND', 'There is no such user.', 'input.userId');
