import type { Work } from '@pcc/events';
import { isId, refuse, type Result, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { CourseForChange, CourseService } from '../course/service.js';
import { lessonAuthoringRepository as lessonsIn } from './authoring-repository.js';
import type { CourseModule, Lesson } from './model.js';

/** Checked before a transaction begins: students and visitors cost none. */
export const authors = ['instructor', 'admin'] as const;

/** Something of a course, and the course, whose lock is held. */
export interface Managed<Part> {
  readonly part: Part;
  readonly course: CourseForChange;
}

/**
 * What authors change, found with its course locked. It is read once more under the lock: who held it before may
 * have moved or deleted it.
 */
export const managedParts = (courses: CourseService) => {
  const managed = async <Part extends { courseId: string }>(
    { transaction }: Work<Database>,
    viewer: Viewer,
    find: () => Promise<Part | null>,
    missing: Result<never>,
    field: string,
  ): Promise<Result<Managed<Part>>> => {
    const seen = await find();
    if (seen === null) return missing;
    const course = await courses.mustManage(transaction, viewer, seen.courseId, field);
    if (!course.ok) return course;
    const part = await find();
    return part === null ? missing : { ok: true, value: { part, course: course.value } };
  };
  return {
    lesson: (work: Work<Database>, viewer: Viewer, id: string) =>
      managed<Lesson>(
        work,
        viewer,
        async () => (isId(id) ? lessonsIn(work.transaction).find(id) : null),
        noSuchLesson,
        'input.lessonId',
      ),
    module: (work: Work<Database>, viewer: Viewer, id: string) =>
      managed<CourseModule>(
        work,
        viewer,
        async () => (isId(id) ? lessonsIn(work.transaction).findModule(id) : null),
        noSuchModule,
        'input.moduleId',
      ),
  };
};

/** Tells that modules or lessons of a course changed. No snapshot: the parts are the author's business. */
export const tellChange = (
  { emit }: Work<Database>,
  courseId: string,
  part: { readonly moduleId?: string; readonly lessonId?: string },
): Promise<void> =>
  emit('course.content_changed', {
    aggregateId: part.lessonId ?? part.moduleId ?? courseId,
    data: { courseId, ...part },
  });

export const noSuchModule = refuse('NOT_FOUND', 'There is no such module.', 'input.moduleId');
export const noSuchLesson = refuse('NOT_FOUND', 'There is no such lesson.', 'input.lessonId');
