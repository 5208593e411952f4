import type { UnitOfWork, Work } from '@pcc/events';
import { ok, refuse, validate, type Clock, type Result, type Viewer } from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { line, whole } from '../../inputs.js';
import type { CourseService } from '../course/service.js';
import type { Enrollment, EnrollmentService } from '../enrollment/service.js';
import type { LessonAccessService } from '../lesson-access/service.js';
import type { Lesson, LessonService } from '../lesson/service.js';
import {
  completionRuleKinds,
  type CompletionRule,
  type LessonProgress,
  type ProgressEvent,
  type ProgressEventResult,
} from './model.js';
import { progressRepository } from './repository.js';

export type { CompletionRule, LessonProgress } from './model.js';

export interface ProgressDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly courses: CourseService;
  readonly lessons: LessonService;
  readonly lessonAccess: LessonAccessService;
  readonly enrollments: EnrollmentService;
  readonly clock: Clock;
}

const day = 24 * 60 * 60 * 1000;
/** Older events are refused, so that their names need not be remembered for ever. */
const oldestEventMs = 30 * day;
const rememberedMs = 60 * day;
/** Clocks of clients go wrong a little. */
const clockSkewMs = 5 * 60 * 1000;
const maximumBatch = 100;

const event = z.object({
  clientEventId: line(100),
  positionSeconds: whole(0, 1_000_000),
  watchedSeconds: whole(0, 86_400),
});
const newRule = z
  .object({ kind: z.enum(completionRuleKinds), minimumGrade: whole(1, 100).nullish() })
  .refine(({ kind, minimumGrade }) => (kind === 'LESSONS_AND_QUIZZES') === (minimumGrade == null), {
    message: 'Say a grade for the kinds that ask for one, and only for them.',
    path: ['minimumGrade'],
  });

export type ProgressService = ReturnType<typeof progressService>;

export const progressService = (deps: ProgressDeps) => {
  const { database, unitOfWork, courses, lessons, lessonAccess, enrollments, clock } = deps;
  const progress = progressRepository(database);
  const field = 'input.lessonId';

  /** Emits `lesson.completed`; it may be the last step of the course. */
  const complete = async (work: Work<Database>, enrollment: Enrollment, lesson: Lesson) => {
    const { id: enrollmentId, userId, courseId } = enrollment;
    const repository = progressRepository(work.transaction);
    if (!(await repository.complete(enrollmentId, lesson.id, clock.now()))) return;
    const { progressPercent } = await enrollments.get(work, enrollmentId);
    const data = { enrollmentId, userId, courseId, lessonId: lesson.id, progressPercent };
    await work.emit('lesson.completed', { aggregateId: enrollmentId, data });
    await enrollments.completeEligible(work, { enrollmentId });
  };

  /** Does something in the viewer's enrolment, which is locked, about a lesson that is open to her. */
  const inLesson = async <Value>(
    viewer: Viewer,
    lessonId: string,
    act: (work: Work<Database>, enrollment: Enrollment, lesson: Lesson) => Promise<Value>,
  ): Promise<Result<Value>> => {
    const userId = viewer.mustBeSignedIn();
    const [lesson] = await lessons.visibleByIds(viewer, [lessonId]);
    // Authors see lessons before they are published, but nobody completes them.
    if (!lesson?.isPublished) return refuse('NOT_FOUND', 'There is no such lesson.', field);
    return unitOfWork.run(async (work) => {
      const locked = await enrollments.lockForLearning(work, userId, lesson.courseId, field);
      if (!locked.ok) return locked;
      const open = await lessonAccess.mustBeOpen(work.transaction, userId, lesson.id, field);
      return open.ok ? ok(await act(work, locked.value, lesson)) : open;
    });
  };

  const record = async (
    viewer: Viewer,
    input: ProgressEvent,
  ): Promise<Result<{ enrollment: Enrollment; progress: LessonProgress | null }>> => {
    const checked = validate(event, input);
    if (!checked.ok) return checked;
    const timeRefusal = refusalOfTime(input.occurredAt, clock.now());
    if (timeRefusal !== null) return timeRefusal;
    return inLesson(viewer, input.lessonId, async (work, enrollment, lesson) => {
      const repository = progressRepository(work.transaction);
      const { clientEventId, positionSeconds, watchedSeconds } = checked.value;
      if (await repository.firstTime(enrollment.id, clientEventId, clock.now())) {
        await repository.move(enrollment.id, { ...input, lessonId: lesson.id });
        const { id: enrollmentId, userId, courseId } = enrollment;
        const about = { enrollmentId, userId, courseId, lessonId: lesson.id };
        const workedAt = input.occurredAt.toISOString();
        const data = { ...about, positionSeconds, watchedSeconds, workedAt };
        await work.emit('lesson.progressed', { aggregateId: enrollmentId, data });
        if (input.completed === true) await complete(work, enrollment, lesson);
      }
      return {
        enrollment: await enrollments.get(work, enrollment.id),
        progress: await repository.find(enrollment.id, lesson.id),
      };
    });
  };

  return {
    record,

    /** Marks a lesson as completed; a second time it changes nothing. Emits `lesson.completed`. */
    complete: (
      viewer: Viewer,
      lessonId: string,
    ): Promise<Result<{ enrollment: Enrollment; lesson: Lesson }>> =>
      inLesson(viewer, lessonId, async (work, enrollment, lesson) => {
        await complete(work, enrollment, lesson);
        return { enrollment: await enrollments.get(work, enrollment.id), lesson };
      }),

    /**
     * Each event by itself, in the order in which they happened: what was completed offline opens what was
     * begun after it.
     */
    async recordAll(
      viewer: Viewer,
      events: readonly ProgressEvent[],
    ): Promise<Result<ProgressEventResult[]>> {
      viewer.mustBeSignedIn();
      if (events.length > maximumBatch) {
        return refuse('INVALID_INPUT', `At most ${maximumBatch} events at once.`, 'input.events');
      }
      const codes = new Map<ProgressEvent, string | null>();
      const inOrder = [...events].sort((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime());
      for (const one of inOrder) {
        const recorded = await record(viewer, one);
        codes.set(one, recorded.ok ? null : (recorded.errors[0]?.code ?? 'INVALID_INPUT'));
      }
      const results = events.map((one) => ({
        clientEventId: one.clientEventId,
        code: codes.get(one) ?? null,
      }));
      return ok(results);
    },

    /** Of the viewer in her present enrolments; lessons of courses she is not enrolled in are left out. */
    async progressOf(viewer: Viewer, lessonIds: readonly string[]): Promise<LessonProgress[]> {
      return viewer.id === null ? [] : progress.progressOf(viewer.id, lessonIds, clock.now());
    },

    /** Of enrolments that the viewer was shown. */
    resumePoints: (enrollmentIds: readonly string[]) => progress.resumePoints(enrollmentIds),

    /** Public, like the course. Those without a rule of their own are left out: `defaultRule` is theirs. */
    rulesOf: (courseIds: readonly string[]) => progress.rulesOf(courseIds),

    /** Emits `course.changed`, and `course.completed` for those who have done by now what is asked for. */
    async setRule(
      viewer: Viewer,
      { courseId, ...input }: z.input<typeof newRule> & { courseId: string },
    ): Promise<Result<CompletionRule>> {
      viewer.mustHaveRole('instructor', 'admin');
      const checked = validate(newRule, input);
      return unitOfWork.run(async (work) => {
        const { transaction } = work;
        const managed = await courses.mustManage(transaction, viewer, courseId, 'input.courseId');
        if (!managed.ok) return managed;
        if (!checked.ok) return checked;
        const { kind, minimumGrade = null } = checked.value;
        const rule = { courseId, kind, minimumGrade };
        await progressRepository(transaction).saveRule(rule);
        await courses.touch(work, courseId);
        await enrollments.completeEligible(work, { courseId });
        return ok(rule);
      });
    },

    /** Forgets names of events that are too old to be sent again. @returns whether there may be more */
    async forgetNext(): Promise<boolean> {
      const before = new Date(clock.now().getTime() - rememberedMs);
      const limit = 1_000;
      return (await progress.forgetEvents(before, limit)) === limit;
    },
  };
};

/** Of a course whose author has said nothing. */
export const defaultRule = { kind: 'LESSONS_AND_QUIZZES', minimumGrade: null } as const;

function refusalOfTime(occurredAt: Date, now: Date): Result<never> | null {
  const ageMs = now.getTime() - occurredAt.getTime();
  const field = 'input.occurredAt';
  if (ageMs < -clockSkewMs) return refuse('INVALID_INPUT', 'Must not be in the future.', field);
  return ageMs > oldestEventMs ? refuse('EVENT_TOO_OLD', 'At most 30 days ago.', field) : null;
}
