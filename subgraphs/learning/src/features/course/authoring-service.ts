import type { UnitOfWork } from '@pcc/events';
import { newId, ok, refuse, refuseAll, validate, type Result, type Viewer } from '@pcc/platform';
import type { z } from 'zod';
import type { Database } from '../../database.js';
import { given, type Nullish } from '../../inputs.js';
import type { AccountService } from '../account/service.js';
import type { EnrollmentService } from '../enrollment/service.js';
import { courseChange, newCourse } from './authoring-input.js';
import type { Course } from './model.js';
import { courseRepository, type CourseForChange } from './repository.js';
import { slugTaken, type CourseService } from './service.js';

export interface AuthoringDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly courses: CourseService;
  readonly enrollments: EnrollmentService;
}

export type CourseAuthoringService = ReturnType<typeof courseAuthoringService>;

/** Writing courses. Every change emits `course.changed`, in its transaction. */
export const courseAuthoringService = (deps: AuthoringDeps) => {
  const { unitOfWork, accounts, courses, enrollments } = deps;

  /** Who teaches a new course: those an admin names, or its author. */
  const instructorsFor = async (
    viewer: Viewer,
    named: readonly string[] | null | undefined,
  ): Promise<Result<readonly string[]>> => {
    const author = viewer.mustHaveRole('instructor', 'admin');
    const ids = [...new Set(named ?? [])];
    if (ids.length === 0 || (ids.length === 1 && ids[0] === author)) return ok([author]);
    const field = 'input.instructorIds';
    if (!viewer.isAdmin) return refuse('FORBIDDEN', 'Only admins may name others.', field);
    const found = await accounts.visibleByIds(viewer, ids);
    if (found.length < ids.length) return refuse('NOT_FOUND', 'There is no such user.', field);
    const teaching = found.every(({ role }) => role !== 'student');
    return teaching ? ok(ids) : refuse('NOT_AN_INSTRUCTOR', 'Only instructors can teach.', field);
  };

  return {
    async create(
      viewer: Viewer,
      input: z.input<typeof newCourse> & { instructorIds?: readonly string[] | null | undefined },
    ): Promise<Result<Course>> {
      const instructors = await instructorsFor(viewer, input.instructorIds);
      const checked = validate(newCourse, input);
      if (!checked.ok || !instructors.ok) {
        return refuseAll([
          ...(checked.ok ? [] : checked.errors),
          ...(instructors.ok ? [] : instructors.errors),
        ]);
      }
      const { slug = null, ...course } = checked.value;
      if (!isWindow(course)) return emptyWindow;
      return unitOfWork.run(async (work) => {
        const draft = { id: newId(), slug, ...course };
        const written = await courses.insertDraft(work.transaction, draft, instructors.value);
        return written.ok ? ok(await courses.announce(work, written.value)) : written;
      });
    },

    async update(
      viewer: Viewer,
      {
        courseId,
        expectedVersion,
        ...input
      }: Nullish<z.input<typeof courseChange>> & {
        courseId: string;
        expectedVersion?: number | null | undefined;
      },
    ): Promise<Result<Course>> {
      viewer.mustHaveRole('instructor', 'admin');
      const checked = validate(courseChange, input);
      return unitOfWork.run(async (work) => {
        const { transaction } = work;
        const managed = await courses.mustManage(transaction, viewer, courseId, 'input.courseId');
        if (!managed.ok) return managed;
        if (!checked.ok) return checked;
        const course = managed.value;
        if (expectedVersion != null && expectedVersion !== course.version) return conflict;
        const change = given(checked.value);
        const refused = refusalOf(course, change);
        if (refused !== null) return refused;
        const repository = courseRepository(transaction);
        if (change.slug !== undefined && !(await repository.claimSlug(courseId, change.slug))) {
          return slugTaken;
        }
        const changed = await courses.announce(work, await repository.update(courseId, change));
        // More seats go to those who wait.
        if (change.capacity !== undefined) await enrollments.seatsChanged(work, courseId);
        return ok(changed);
      });
    },
  };
};

type Window = Pick<Course, 'availableFrom' | 'availableUntil'>;
const isWindow = ({ availableFrom, availableUntil }: Window) =>
  availableFrom === null || availableUntil === null || availableFrom < availableUntil;

/** What the course, as it is now, has against a change. */
function refusalOf(
  course: CourseForChange,
  change: Partial<Pick<Course, 'capacity' | 'availableFrom' | 'availableUntil'>>,
): Result<never> | null {
  if (change.capacity != null && change.capacity < course.enrolledCount) {
    return refuse('CAPACITY_TOO_SMALL', 'More people are enrolled.', 'input.capacity');
  }
  return isWindow({ ...course, ...change }) ? null : emptyWindow;
}

const emptyWindow = refuse(
  'INVALID_INPUT',
  'Must be after "availableFrom".',
  'input.availableUntil',
);
const conflict = refuse(
  'CONFLICT',
  'Somebody has changed the course since you read it.',
  'input.expectedVersion',
);
