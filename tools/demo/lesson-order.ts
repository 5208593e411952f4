import { ClientError } from '../client/errors.js';

export interface OrderedLesson {
  readonly id: string;
  readonly title: string;
  readonly prerequisites: readonly { readonly id: string }[];
}

/**
 * The course's own order, except that prerequisites come first.
 * @throws ClientError when lessons wait for each other
 */
export function inPrerequisiteOrder<Lesson extends OrderedLesson>(
  lessons: readonly Lesson[],
): Lesson[] {
  const byId = new Map(lessons.map((lesson) => [lesson.id, lesson]));
  const ordered = new Set<Lesson>();
  const open = new Set<Lesson>();
  const add = (lesson: Lesson): void => {
    if (ordered.has(lesson)) return;
    if (open.has(lesson)) throw new ClientError(`The lesson “${lesson.title}” waits for itself.`);
    open.add(lesson);
    for (const { id } of lesson.prerequisites) {
      const prerequisite = byId.get(id);
      if (prerequisite !== undefined) add(prerequisite);
    }
    open.delete(lesson);
    ordered.add(lesson);
  };
  lessons.forEach(add);
  return [...ordered];
}
