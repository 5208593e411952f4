import type { UnitOfWork } from '@pcc/events';
import {
  isId,
  newId,
  ok,
  refuse,
  validate,
  type Clock,
  type Result,
  type Viewer,
} from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { findCycle } from '../../cycle.js';
import { given, line, text, whole, type Nullish } from '../../inputs.js';
import type { CourseService } from '../course/service.js';
import type { EnrollmentService } from '../enrollment/service.js';
import { lessonKinds, type CourseModule, type Lesson } from './model.js';
import { lessonAuthoringRepository as lessonsIn } from './authoring-repository.js';
import { authors, managedParts, noSuchLesson, tellChange } from './managed.js';

export interface LessonAuthoringDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly enrollments: EnrollmentService;
  readonly clock: Clock;
}

const maximumPrerequisites = 50;
const moduleFields = z.object({ title: line(200) });
const fields = {
  title: line(200),
  summary: text(2_000),
  body: text(200_000),
  kind: z.enum(lessonKinds),
  difficulty: whole(1, 10),
  isPublished: z.boolean(),
  isPreview: z.boolean(),
  durationMinutes: whole(1, 10_000),
  externalKey: line(200),
};
const newLesson = z.object({
  title: fields.title,
  summary: fields.summary.nullish().transform((value) => value ?? ''),
  body: fields.body.nullish().transform((value) => value ?? ''),
  kind: fields.kind.nullish().transform((value) => value ?? 'CONCEPT'),
  difficulty: fields.difficulty.nullish().transform((value) => value ?? null),
  isPublished: fields.isPublished.nullish().transform((value) => value ?? true),
  isPreview: fields.isPreview.nullish().transform((value) => value ?? false),
  durationMinutes: fields.durationMinutes.nullish().transform((value) => value ?? null),
  externalKey: fields.externalKey.nullish().transform((value) => value ?? null),
});
const lessonChange = z.object({
  title: fields.title.optional(),
  summary: fields.summary.optional(),
  body: fields.body.optional(),
  kind: fields.kind.optional(),
  difficulty: fields.difficulty.nullish(),
  isPublished: fields.isPublished.optional(),
  isPreview: fields.isPreview.optional(),
  durationMinutes: fields.durationMinutes.nullish(),
  externalKey: fields.externalKey.nullish(),
});

export type LessonAuthoringService = ReturnType<typeof lessonAuthoringService>;

/** Writing modules and lessons, always under the lock of their course: positions stay free of gaps. */
export const lessonAuthoringService = (deps: LessonAuthoringDeps) => {
  const { unitOfWork, courses, enrollments, clock } = deps;
  const managed = managedParts(courses);

  return {
    async createModule(
      viewer: Viewer,
      input: { courseId: string; title: string },
    ): Promise<Result<CourseModule>> {
      viewer.mustHaveRole(...authors);
      const checked = validate(moduleFields, input);
      return unitOfWork.run(async (work) => {
        const { transaction } = work;
        const course = await courses.mustManage(
          transaction,
          viewer,
          input.courseId,
          'input.courseId',
        );
        if (!course.ok) return course;
        if (!checked.ok) return checked;
        const module = { id: newId(), courseId: course.value.id, ...checked.value };
        const created = await lessonsIn(transaction).appendModule(module);
        await tellChange(work, module.courseId, { moduleId: module.id });
        return ok(created);
      });
    },

    async updateModule(
      viewer: Viewer,
      { moduleId, ...input }: { moduleId: string; title: string },
    ): Promise<Result<CourseModule>> {
      viewer.mustHaveRole(...authors);
      const checked = validate(moduleFields, input);
      return unitOfWork.run(async (work) => {
        const found = await managed.module(work, viewer, moduleId);
        if (!found.ok) return found;
        if (!checked.ok) return checked;
        const { title } = checked.value;
        const module = await lessonsIn(work.transaction).updateModule(moduleId, title);
        await tellChange(work, module.courseId, { moduleId });
        return ok(module);
      });
    },

    async create(
      viewer: Viewer,
      { moduleId, ...input }: z.input<typeof newLesson> & { moduleId: string },
    ): Promise<Result<Lesson>> {
      viewer.mustHaveRole(...authors);
      const checked = validate(newLesson, input);
      return unitOfWork.run(async (work) => {
        const lessons = lessonsIn(work.transaction);
        const module = await managed.module(work, viewer, moduleId);
        if (!module.ok) return module;
        if (!checked.ok) return checked;
        const id = newId();
        const courseId = module.value.course.id;
        const { externalKey } = checked.value;
        if (externalKey !== null && (await lessons.isKeyTaken(courseId, externalKey, id))) {
          return keyTaken;
        }
        await lessons.appendLesson({ id, courseId, moduleId }, checked.value, clock.now());
        await tellChange(work, courseId, { moduleId, lessonId: id });
        return found(await lessons.find(id));
      });
    },

    async update(
      viewer: Viewer,
      {
        lessonId,
        expectedVersion,
        ...input
      }: Nullish<z.input<typeof lessonChange>> & {
        lessonId: string;
        expectedVersion?: number | null | undefined;
      },
    ): Promise<Result<Lesson>> {
      viewer.mustHaveRole(...authors);
      const checked = validate(lessonChange, input);
      return unitOfWork.run(async (work) => {
        const lessons = lessonsIn(work.transaction);
        const lesson = await managed.lesson(work, viewer, lessonId);
        if (!lesson.ok) return lesson;
        if (!checked.ok) return checked;
        const { version, courseId, moduleId } = lesson.value.part;
        if (expectedVersion != null && expectedVersion !== version) return conflict;
        const change = given(checked.value);
        if (
          change.externalKey != null &&
          (await lessons.isKeyTaken(courseId, change.externalKey, lessonId))
        ) {
          return keyTaken;
        }
        await lessons.update(lessonId, change);
        // Taking a lesson away may leave learners with nothing more to do.
        if (change.isPublished === false) await enrollments.completeEligible(work, { courseId });
        await tellChange(work, courseId, { moduleId, lessonId });
        return found(await lessons.find(lessonId));
      });
    },

    async setPrerequisites(
      viewer: Viewer,
      input: { lessonId: string; prerequisiteIds: readonly string[] },
    ): Promise<Result<Lesson>> {
      viewer.mustHaveRole(...authors);
      const field = 'input.prerequisiteIds';
      const ids = [...new Set(input.prerequisiteIds)];
      return unitOfWork.run(async (work) => {
        const lessons = lessonsIn(work.transaction);
        const found = await managed.lesson(work, viewer, input.lessonId);
        if (!found.ok) return found;
        const lesson = found.value.part;
        if (ids.length > maximumPrerequisites) {
          return refuse('INVALID_INPUT', `At most ${maximumPrerequisites} prerequisites.`, field);
        }
        const named = await lessons.titles(ids.filter(isId));
        if (named.length < ids.length)
          return refuse('NOT_FOUND', 'There is no such lesson.', field);
        if (named.some(({ courseId }) => courseId !== lesson.courseId)) {
          return refuse('OTHER_COURSE', 'Prerequisites must be lessons of the same course.', field);
        }
        const cycle = await cycleWith(work.transaction, lesson, ids);
        if (cycle !== null) {
          return refuse('LESSON_PREREQUISITE_CYCLE', `This makes a cycle: ${cycle}.`, field);
        }
        await lessons.replacePrerequisites(lesson, ids);
        await tellChange(work, lesson.courseId, { lessonId: lesson.id });
        return ok(lesson);
      });
    },
  };
};

/** The cycle that these prerequisites would close, as titles; null when there is none. */
async function cycleWith(
  transaction: Database,
  lesson: Lesson,
  prerequisiteIds: readonly string[],
): Promise<string | null> {
  const lessons = lessonsIn(transaction);
  const graph = new Map<string, string[]>();
  for (const { lessonId, prerequisiteId } of await lessons.edges(lesson.courseId)) {
    graph.set(lessonId, [...(graph.get(lessonId) ?? []), prerequisiteId]);
  }
  graph.set(lesson.id, [...prerequisiteIds]);
  const cycle = findCycle(graph, lesson.id);
  if (cycle === null) return null;
  const titles = new Map((await lessons.titles(cycle)).map(({ id, title }) => [id, title]));
  return cycle.map((id) => `"${titles.get(id) ?? id}"`).join(' → ');
}

const keyTaken = refuse(
  'EXTERNAL_KEY_TAKEN',
  'Another lesson of the course has this key.',
  'input.externalKey',
);
const found = (lesson: Lesson | null): Result<Lesson> =>
  lesson === null ? noSuchLesson : ok(lesson);
const conflict = refuse(
  'CONFLICT',
  'Somebody has changed the lesson since you read it.',
  'input.expectedVersion',
);
