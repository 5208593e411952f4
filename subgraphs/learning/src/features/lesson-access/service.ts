import { refuse, type Clock, type Result, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { LessonAccess, MissingPrerequisite } from './model.js';
import { lessonAccessRepository } from './repository.js';

export type { LessonAccess, MissingPrerequisite } from './model.js';

export type LessonAccessService = ReturnType<typeof lessonAccessService>;

/**
 * What of a lesson is open, to those who may see that it is there. As in Canvas, a lesson with prerequisites
 * stays closed until they are completed, and all of them until the learner's cohort begins; a preview is open to everybody.
 */
export const lessonAccessService = (deps: {
  readonly database: Database;
  readonly clock: Clock;
}) => {
  const { database, clock } = deps;
  const access = lessonAccessRepository(database);
  const now = () => clock.now();

  return {
    /** Of lessons that the viewer was shown. */
    accessOf: (viewer: Viewer, lessonIds: readonly string[]): Promise<LessonAccess[]> =>
      access.accessOf(viewer, lessonIds, now()),

    /** The bodies of those of these lessons that are open to the viewer, who was shown them. */
    openBodies: (viewer: Viewer, lessonIds: readonly string[]) =>
      access.openBodies(viewer, lessonIds, now()),

    /** What the viewer has to complete first, in her present enrolment. */
    async missingFor(viewer: Viewer, lessonIds: readonly string[]): Promise<MissingPrerequisite[]> {
      return viewer.id === null ? [] : access.missingFor(viewer.id, lessonIds, now());
    },

    /** Refuses with PREREQUISITES_MISSING, naming them. Under the lock of the enrolment. */
    async mustBeOpen(
      transaction: Database,
      userId: string,
      lessonId: string,
      field: string,
    ): Promise<Result<null>> {
      const missing = await lessonAccessRepository(transaction).missingFor(
        userId,
        [lessonId],
        now(),
      );
      if (missing.length === 0) return { ok: true, value: null };
      const titles = missing.map(({ title }) => `"${title}"`).join(', ');
      return refuse('PREREQUISITES_MISSING', `Complete these first: ${titles}.`, field);
    },
  };
};
