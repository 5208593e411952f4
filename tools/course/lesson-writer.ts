import { forEachConcurrently } from '../client/concurrency.js';
import { RefusedError } from '../client/errors.js';
import {
  createLessonOperation,
  createModuleOperation,
  setLessonPrerequisitesOperation,
  updateLessonOperation,
  type AuthoredCourse,
  type AuthoredLesson,
  type LessonFields,
} from './operations.js';
import { noChanges, type Changes, type CourseWriterOptions } from './options.js';
import type {
  CourseSpecification,
  LessonSpecification,
  ModuleSpecification,
} from './specification.js';

/** Requests at a time: enough to keep the platform busy, few enough to leave room for others. */
const concurrency = 4;

/** Brings modules, lessons and prerequisites to what the specification says. */
export async function writeLessons(
  course: AuthoredCourse,
  { modules }: CourseSpecification,
  options: CourseWriterOptions,
): Promise<{ lessons: Changes; prerequisites: Changes }> {
  const lessons = modules.flatMap((module) => module.lessons);
  const known = lessonsByKey(course);
  const ids = new Map([...known].map(([key, { id }]) => [key, id]));
  const work: Work = { options, known, ids, lessons: noChanges(), prerequisites: noChanges() };

  const moduleIds = await ensureModules(course, modules, options);
  const lessonDone = ticker('lessons', lessons.length, options);
  // The platform adds at the end: a module's lessons go one after the other to keep their order.
  await forEachConcurrently(modules, concurrency, async (module) => {
    const moduleId = moduleIds.get(module.title) ?? '';
    for (const lesson of module.lessons) {
      await orRefused(lesson, options, () => saveLesson(lesson, moduleId, work));
      lessonDone();
    }
  });
  const prerequisitesDone = ticker('prerequisites', lessons.length, options);
  await forEachConcurrently(lessons, concurrency, async (lesson) => {
    await orRefused(lesson, options, () => savePrerequisites(lesson, work));
    prerequisitesDone();
  });
  return { lessons: work.lessons, prerequisites: work.prerequisites };
}

interface Work {
  readonly options: CourseWriterOptions;
  /** By external key, as they were at the start. */
  readonly known: ReadonlyMap<string, AuthoredLesson>;
  /** By external key; grows as lessons are made. */
  readonly ids: Map<string, string>;
  readonly lessons: Changes;
  readonly prerequisites: Changes;
}

async function saveLesson(
  lesson: LessonSpecification,
  moduleId: string,
  { options: { client, update }, known, ids, lessons }: Work,
): Promise<void> {
  const { externalKey } = lesson;
  const fields = fieldsOf(lesson);
  const existing = known.get(externalKey);
  if (existing === undefined) {
    const input = { ...fields, moduleId, externalKey };
    const { createLesson } = await client.request(createLessonOperation, { input });
    ids.set(externalKey, createLesson.lesson.id);
    lessons.created += 1;
    return;
  }
  const changed = changedFields(fields, existing);
  if (!update || changed === undefined) {
    lessons.unchanged += 1;
    return;
  }
  await client.request(updateLessonOperation, { input: { ...changed, lessonId: existing.id } });
  lessons.updated += 1;
}

async function savePrerequisites(
  { externalKey, prerequisiteKeys }: LessonSpecification,
  { options: { client, update }, known, ids, prerequisites }: Work,
): Promise<void> {
  const lessonId = ids.get(externalKey);
  // Lessons that the platform refused cannot be required either.
  const wanted = prerequisiteKeys.flatMap((key) => ids.get(key) ?? []);
  const present = known.get(externalKey)?.prerequisites.map(({ id }) => id) ?? [];
  const mayChange = update || present.length === 0;
  if (lessonId === undefined || !mayChange || sameMembers(wanted, present)) {
    prerequisites.unchanged += 1;
    return;
  }
  const input = { lessonId, prerequisiteIds: wanted };
  await client.request(setLessonPrerequisitesOperation, { input });
  prerequisites[present.length === 0 ? 'created' : 'updated'] += 1;
}

async function ensureModules(
  course: AuthoredCourse,
  modules: readonly ModuleSpecification[],
  { client }: CourseWriterOptions,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map(course.modules.map(({ title, id }) => [title, id]));
  for (const { title } of modules) {
    if (ids.has(title)) continue;
    const { createModule } = await client.request(createModuleOperation, {
      input: { courseId: course.id, title },
    });
    ids.set(title, createModule.module.id);
  }
  return ids;
}

function lessonsByKey(course: AuthoredCourse): ReadonlyMap<string, AuthoredLesson> {
  const lessons = course.modules.flatMap((module) => module.lessons);
  return new Map(
    lessons.flatMap((lesson) =>
      lesson.externalKey === null ? [] : [[lesson.externalKey, lesson] as const],
    ),
  );
}

const fieldsOf = ({
  externalKey: _externalKey,
  prerequisiteKeys: _prerequisiteKeys,
  ...fields
}: LessonSpecification): LessonFields => fields;

/** `undefined` when nothing differs. */
function changedFields(
  wanted: LessonFields,
  present: AuthoredLesson,
): Partial<LessonFields> | undefined {
  const changed = Object.entries(wanted).filter(
    ([name, value]) => present[name as keyof LessonFields] !== value,
  );
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

const sameMembers = (left: readonly string[], right: readonly string[]): boolean =>
  new Set([...left, ...right]).size === left.length && left.length === right.length;

/** One lesson that the platform refuses does not keep the others out, if the caller wants to know of it. */
async function orRefused(
  lesson: LessonSpecification,
  { onRefusedLesson }: CourseWriterOptions,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (onRefusedLesson === undefined || !(error instanceof RefusedError)) throw error;
    onRefusedLesson(lesson.externalKey, error);
  }
}

function ticker(
  what: 'lessons' | 'prerequisites',
  total: number,
  { onProgress }: CourseWriterOptions,
): () => void {
  let done = 0;
  return () => {
    done += 1;
    onProgress?.(what, done, total);
  };
}
