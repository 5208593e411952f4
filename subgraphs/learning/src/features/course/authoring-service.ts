import { randomBytes } from 'node:crypto';
import type { UnitOfWork, Work } from '@pcc/events';
import {
  newId,
  ok,
  refuse,
  refuseAll,
  userError,
  validate,
  type Clock,
  type Result,
  type Viewer,
} from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { given, line, text, whole, type Nullish } from '../../inputs.js';
import { languages } from '../../languages.js';
import type { AccountService } from '../account/service.js';
import { courseAccesses, courseLevels, type Course } from './model.js';
import { courseRepository } from './repository.js';
import type { CourseService } from './service.js';
import { isSlug, slugOf } from './slug.js';

export interface AuthoringDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly courses: CourseService;
  readonly clock: Clock;
}

const slug = z
  .string()
  .refine(isSlug, 'Use small letters, digits and single hyphens, 80 characters at most.');
const fields = {
  title: line(200),
  summary: text(1_000),
  description: text(50_000),
  level: z.enum(courseLevels),
  language: z.enum(languages),
  access: z.enum(courseAccesses),
  capacity: whole(1, 1_000_000),
};
const newCourse = z.object({
  title: fields.title,
  slug: slug.nullish(),
  summary: fields.summary.nullish().transform((value) => value ?? ''),
  description: fields.description.nullish().transform((value) => value ?? ''),
  level: fields.level.nullish().transform((value) => value ?? 'BEGINNER'),
  language: fields.language.nullish().transform((value) => value ?? 'en'),
  access: fields.access.nullish().transform((value) => value ?? 'FREE'),
  capacity: fields.capacity.nullish().transform((value) => value ?? null),
});
const courseChange = z.object({
  title: fields.title.optional(),
  slug: slug.optional(),
  summary: fields.summary.optional(),
  description: fields.description.optional(),
  level: fields.level.optional(),
  language: fields.language.optional(),
  access: fields.access.optional(),
  capacity: fields.capacity.nullish(),
});

export type CourseAuthoringService = ReturnType<typeof courseAuthoringService>;

/** Writing courses. Every change emits `course.changed`, in its transaction. */
export const courseAuthoringService = (deps: AuthoringDeps) => {
  const { unitOfWork, accounts, courses, clock } = deps;

  const announce = async ({ transaction, emit }: Work<Database>, course: Course) => {
    const instructors = await courseRepository(transaction).instructorsOf([course.id]);
    await emit('course.changed', {
      aggregateId: course.id,
      aggregateVersion: course.version,
      data: {
        courseId: course.id,
        slug: course.slug,
        title: course.title,
        status: course.status,
        language: course.language,
        instructorIds: instructors.map(({ userId }) => userId),
      },
    });
    return course;
  };

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
      const { slug: wanted, ...course } = checked.value;
      return unitOfWork.run(async (work) => {
        const repository = courseRepository(work.transaction);
        const id = newId();
        // Before the course itself: the reference is checked at the commit.
        const slug = await firstFree(repository, id, wanted ? [wanted] : slugsFor(course.title));
        if (slug === null) return slugTaken;
        await repository.insert(id, { ...course, slug }, instructors.value, clock.now());
        return ok(await announce(work, await repository.get(id)));
      });
    },

    async update(
      viewer: Viewer,
      { courseId, ...input }: Nullish<z.input<typeof courseChange>> & { courseId: string },
    ): Promise<Result<Course>> {
      viewer.mustHaveRole('instructor', 'admin');
      const checked = validate(courseChange, input);
      return unitOfWork.run(async (work) => {
        const managed = await courses.mustManage(
          work.transaction,
          viewer,
          courseId,
          'input.courseId',
        );
        if (!managed.ok) return managed;
        if (!checked.ok) return checked;
        const change = given(checked.value);
        const repository = courseRepository(work.transaction);
        if (change.capacity != null && change.capacity < managed.value.enrolledCount) {
          return refuse('CAPACITY_TOO_SMALL', 'More people are enrolled.', 'input.capacity');
        }
        if (change.slug !== undefined && !(await repository.claimSlug(courseId, change.slug))) {
          return slugTaken;
        }
        return ok(await announce(work, await repository.update(courseId, change)));
      });
    },

    async publish(viewer: Viewer, courseId: string): Promise<Result<Course>> {
      viewer.mustHaveRole('instructor', 'admin');
      return unitOfWork.run(async (work) => {
        const managed = await courses.mustManage(
          work.transaction,
          viewer,
          courseId,
          'input.courseId',
        );
        if (!managed.ok) return managed;
        const { manages: _m, visible: _v, enrolledCount: _c, ...course } = managed.value;
        if (course.status === 'PUBLISHED') return ok(course);
        const repository = courseRepository(work.transaction);
        const missing = missingFor(course, await repository.hasPublishedLesson(courseId));
        if (missing.length > 0) return refuseAll(missing);
        const publishedAt = course.publishedAt ?? clock.now();
        const published = await repository.update(courseId, { status: 'PUBLISHED', publishedAt });
        return ok(await announce(work, published));
      });
    },
  };
};

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

const slugTaken = refuse('SLUG_TAKEN', 'Another course has or had this slug.', 'input.slug');

/** The check list before publication, all of it at once. */
export const missingFor = (course: Pick<Course, 'summary'>, hasPublishedLesson: boolean) => [
  ...(course.summary.trim() === ''
    ? [userError('MISSING_SUMMARY', 'Write a summary first.', 'input.courseId')]
    : []),
  ...(hasPublishedLesson
    ? []
    : [userError('NO_PUBLISHED_LESSON', 'Publish a lesson first.', 'input.courseId')]),
];
