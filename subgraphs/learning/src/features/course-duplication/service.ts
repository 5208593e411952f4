import type { UnitOfWork, Work } from '@pcc/events';
import { newId, ok, refuse, validate, type Clock, type Result, type Viewer } from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { line } from '../../inputs.js';
import {
  slugInput,
  type Course,
  type CourseForChange,
  type CourseService,
} from '../course/service.js';
import { courseDuplicationRepository } from './repository.js';

export interface CourseDuplicationDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly clock: Clock;
}

type Given<Value> = Value | null | undefined;

const request = z.object({
  title: line(200).nullish(),
  slug: slugInput.nullish(),
  clientRequestId: line(100),
});

export type CourseDuplicationService = ReturnType<typeof courseDuplicationService>;

export const courseDuplicationService = (deps: CourseDuplicationDeps) => {
  const { unitOfWork, courses, clock } = deps;

  /** The copy of a course that is locked, so that it is of one moment. */
  const copy = async (
    work: Work<Database>,
    source: CourseForChange,
    wanted: { id: string; title: string; slug: string | null; authorId: string },
  ): Promise<Result<Course>> => {
    const { id, title, slug, authorId } = wanted;
    const at = clock.now();
    const written = await courses.insertDraft(
      work.transaction,
      { ...draftOf(source), id, title, slug, availableFrom: null, availableUntil: null },
      [authorId],
    );
    if (!written.ok) return written;
    const repository = courseDuplicationRepository(work.transaction);
    await repository.copyPlace(source.id, id);
    await repository.copyCompletionRule(source.id, id);
    const modules = await repository.copyModules(source.id, id);
    await repository.copyLessons(source.id, id, modules, at);
    await repository.copyQuizzes(source.id, id, at);
    return ok(await courses.announce(work, written.value));
  };

  return {
    /** Once for each `clientRequestId` of the author. Emits `course.changed` for the copy. */
    async duplicate(
      viewer: Viewer,
      input: {
        courseId: string;
        clientRequestId: string;
        title?: Given<string>;
        slug?: Given<string>;
      },
    ): Promise<Result<Course>> {
      const authorId = viewer.mustHaveRole('instructor', 'admin');
      const checked = validate(request, input);
      return unitOfWork.run(async (work) => {
        const { transaction } = work;
        const { courseId: sourceId } = input;
        const managed = await courses.mustManage(transaction, viewer, sourceId, 'input.courseId');
        if (!managed.ok) return managed;
        if (!checked.ok) return checked;
        const { clientRequestId, title, slug = null } = checked.value;
        const repository = courseDuplicationRepository(transaction);
        const id = newId();
        if (!(await repository.claim({ authorId, clientRequestId, sourceId, copyId: id }))) {
          const before = await repository.find(authorId, clientRequestId);
          return before?.sourceId === sourceId
            ? ok(await courses.get(transaction, before.copyId))
            : requestIdReused;
        }
        const wanted = { id, title: title ?? managed.value.title, slug, authorId };
        const copied = await copy(work, managed.value, wanted);
        // A refused request may be sent again with another slug.
        if (!copied.ok) await repository.release(authorId, clientRequestId);
        return copied;
      });
    },
  };
};

/** What an author has written of a course, without its states. */
const draftOf = ({
  id: _id,
  status: _status,
  publishedAt: _publishedAt,
  deletedAt: _deletedAt,
  version: _version,
  manages: _manages,
  visible: _visible,
  enrolledCount: _enrolledCount,
  ...fields
}: CourseForChange) => fields;

const requestIdReused = refuse(
  'REQUEST_ID_REUSED',
  'You have duplicated another course by this id.',
  'input.clientRequestId',
);
