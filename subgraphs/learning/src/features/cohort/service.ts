import type { UnitOfWork, Work } from '@pcc/events';
import {
  AppError,
  isId,
  newId,
  ok,
  refuse,
  validate,
  type Clock,
  type PageArguments,
  type Result,
  type Viewer,
} from '@pcc/platform';
import { z } from 'zod';
import { pageByCreation } from '../../cursors.js';
import type { Database } from '../../database.js';
import { given, line, whole, type Nullish } from '../../inputs.js';
import type { AccountService } from '../account/service.js';
import type { CourseService } from '../course/service.js';
import type { EnrollmentConnection, EnrollmentService } from '../enrollment/service.js';
import type { Cohort, CohortConnection, CohortRefusal } from './model.js';
import { cohortRepository } from './repository.js';

export type { Cohort, CohortConnection, CohortRefusal } from './model.js';

export interface CohortDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly courses: CourseService;
  readonly enrollments: EnrollmentService;
  readonly clock: Clock;
}

/** How many people one request adds or removes: it is one transaction under the course's lock. */
const maximumBatch = 100;

const fields = {
  name: line(200),
  startsAt: z.date().nullish(),
  endsAt: z.date().nullish(),
  capacity: whole(1, 1_000_000).nullish(),
};
const newCohort = z.object(fields);
const cohortChange = z.object({ ...fields, name: fields.name.optional() });
const cohortField = 'input.cohortId';

export type CohortService = ReturnType<typeof cohortService>;

/** Learners who take a course together. Every change is under the course's lock and emits `cohort.changed`. */
export const cohortService = (deps: CohortDeps) => {
  const { database, unitOfWork, accounts, courses, enrollments, clock } = deps;
  const cohorts = cohortRepository(database);

  const announce = async ({ transaction, emit }: Work<Database>, id: string): Promise<Cohort> => {
    const cohort = await cohortRepository(transaction).find(id);
    if (cohort === null) throw new Error('a cohort vanished inside its transaction');
    const { courseId, memberCount, version } = cohort;
    const data = { cohortId: id, courseId, memberCount };
    await emit('cohort.changed', { aggregateId: id, aggregateVersion: version, data });
    return cohort;
  };

  /** A cohort of a course that the viewer teaches, under the course's lock. */
  const change = async <Value>(
    viewer: Viewer,
    cohortId: string,
    act: (work: Work<Database>, cohort: Cohort) => Promise<Result<Value>>,
  ): Promise<Result<Value>> => {
    viewer.mustHaveRole('instructor', 'admin');
    const found = isId(cohortId) ? await cohorts.find(cohortId) : null;
    if (found === null) return noSuchCohort;
    return unitOfWork.run(async (work) => {
      const { transaction } = work;
      const managed = await courses.mustManage(transaction, viewer, found.courseId, cohortField);
      if (!managed.ok) return noSuchCohort;
      const cohort = await cohortRepository(transaction).find(cohortId);
      return cohort === null ? noSuchCohort : act(work, cohort);
    });
  };

  /** @returns why this person did not become a member; null when she did, or was one */
  const add = async (
    work: Work<Database>,
    cohort: Cohort,
    userId: string,
  ): Promise<string | null> => {
    const { id, courseId, endsAt } = cohort;
    const admission = { source: 'COHORT', expiresAt: endsAt } as const;
    let enrollmentId = await enrollments.liveIdOf(work, userId, courseId);
    if (enrollmentId === null) {
      const claimed = await enrollments.claim(work, { userId, courseId }, admission);
      if (claimed.refusal !== undefined) return claimed.refusal;
      enrollmentId = claimed.enrollmentId;
    }
    const member = { userId, enrollmentId };
    await cohortRepository(work.transaction).addMember(id, member, clock.now());
    return null;
  };

  return {
    async create(
      viewer: Viewer,
      { courseId, ...input }: z.input<typeof newCohort> & { courseId: string },
    ): Promise<Result<Cohort>> {
      viewer.mustHaveRole('instructor', 'admin');
      const checked = validate(newCohort, input);
      return unitOfWork.run(async (work) => {
        const { transaction } = work;
        const managed = await courses.mustManage(transaction, viewer, courseId, 'input.courseId');
        if (!managed.ok) return managed;
        if (!checked.ok) return checked;
        const { name, startsAt = null, endsAt = null, capacity = null } = checked.value;
        const refusal = datesRefusal({ startsAt, endsAt }, clock.now());
        if (refusal !== null) return refusal;
        const id = newId();
        const cohort = { id, courseId, name, startsAt, endsAt, capacity };
        const state = { memberCount: 0, version: 1, createdAt: clock.now() };
        await cohortRepository(transaction).insert({ ...cohort, ...state });
        return ok(await announce(work, id));
      });
    },

    /** Members keep the end that their enrolment was given. */
    update: (
      viewer: Viewer,
      { cohortId, ...input }: Nullish<z.input<typeof cohortChange>> & { cohortId: string },
    ): Promise<Result<Cohort>> =>
      change(viewer, cohortId, async (work, cohort) => {
        const checked = validate(cohortChange, input);
        if (!checked.ok) return checked;
        const changed = given(checked.value);
        const refusal = datesRefusal({ ...cohort, ...changed }, clock.now());
        if (refusal !== null) return refusal;
        if (changed.capacity != null && changed.capacity < cohort.memberCount) {
          return refuse('CAPACITY_TOO_SMALL', 'It has more members.', 'input.capacity');
        }
        await cohortRepository(work.transaction).update(cohortId, changed);
        return ok(await announce(work, cohortId));
      }),

    /** Adds people, and enrols those who are not. Whoever gets no place is named; the others are in. */
    addMembers: async (
      viewer: Viewer,
      { cohortId, userIds }: { cohortId: string; userIds: readonly string[] },
    ): Promise<Result<{ cohort: Cohort; refused: CohortRefusal[] }>> => {
      viewer.mustHaveRole('instructor', 'admin');
      const ids = [...new Set(userIds)];
      if (ids.length > maximumBatch) return tooMany;
      const known = new Set((await accounts.visibleByIds(viewer, ids)).map(({ id }) => id));
      return change(viewer, cohortId, async (work, cohort) => {
        if (cohort.endsAt !== null && cohort.endsAt <= clock.now()) return cohortOver;
        const repository = cohortRepository(work.transaction);
        const members = await repository.membersAmong(cohortId, ids.filter(isId));
        const present = new Set(members.map(({ userId }) => userId));
        let places = cohort.capacity === null ? Infinity : cohort.capacity - cohort.memberCount;
        const refused: CohortRefusal[] = [];
        let added = 0;
        for (const userId of ids.filter((id) => !present.has(id))) {
          const code = !known.has(userId)
            ? 'NOT_FOUND'
            : places < 1
              ? 'COHORT_FULL'
              : await add(work, cohort, userId);
          if (code !== null) refused.push({ userId, code });
          else {
            places--;
            added++;
          }
        }
        if (added === 0) return ok({ cohort, refused });
        await repository.update(cohortId, { memberCount: cohort.memberCount + added });
        return ok({ cohort: await announce(work, cohortId), refused });
      });
    },

    /** Removes people; the enrolments that the cohort has made end. Who is no member is left alone. */
    removeMembers: async (
      viewer: Viewer,
      { cohortId, userIds }: { cohortId: string; userIds: readonly string[] },
    ): Promise<Result<Cohort>> => {
      viewer.mustHaveRole('instructor', 'admin');
      const ids = [...new Set(userIds)].filter(isId);
      if (ids.length > maximumBatch) return tooMany;
      return change(viewer, cohortId, async (work, cohort) => {
        const repository = cohortRepository(work.transaction);
        const members = await repository.membersAmong(cohortId, ids);
        if (members.length === 0) return ok(cohort);
        await repository.removeMembers(
          cohortId,
          members.map(({ userId }) => userId),
        );
        await repository.update(cohortId, { memberCount: cohort.memberCount - members.length });
        const made = await repository.madeByCohort(members.map((member) => member.enrollmentId));
        await enrollments.release(work, cohort.courseId, made, 'CANCELLED');
        return ok(await announce(work, cohortId));
      });
    },

    visibleByIds: (viewer: Viewer, ids: readonly string[]): Promise<Cohort[]> =>
      cohorts.findVisible(viewer, ids.filter(isId)),

    /** Newest first. @throws AppError FORBIDDEN unless the viewer teaches the course, or is an admin */
    async list(viewer: Viewer, courseId: string, args: PageArguments): Promise<CohortConnection> {
      await courses.mustTeach(viewer, courseId);
      return pageByCreation(
        args,
        (page) => cohorts.pageOf(courseId, page),
        () => cohorts.countOf(courseId),
      );
    },

    /** Its roster. @throws AppError FORBIDDEN unless the viewer teaches the course, or is an admin */
    async roster(
      viewer: Viewer,
      cohort: Pick<Cohort, 'id' | 'courseId'>,
      args: PageArguments,
    ): Promise<EnrollmentConnection> {
      if (!viewer.hasRole('instructor', 'admin')) throw new AppError('FORBIDDEN');
      await courses.mustTeach(viewer, cohort.courseId);
      return enrollments.page({ cohortId: cohort.id }, args);
    },
  };
};

const noSuchCohort = refuse('NOT_FOUND', 'There is no such cohort.', cohortField);
const cohortOver = refuse('COHORT_OVER', 'It has ended: give it a later end first.', cohortField);
const tooMany = refuse('INVALID_INPUT', `At most ${maximumBatch} people at once.`, 'input.userIds');

function datesRefusal({ startsAt, endsAt }: Pick<Cohort, 'startsAt' | 'endsAt'>, now: Date) {
  if (endsAt === null) return null;
  if (endsAt <= now) return refuse('INVALID_INPUT', 'Must be in the future.', 'input.endsAt');
  if (startsAt !== null && endsAt <= startsAt) {
    return refuse('INVALID_INPUT', 'Must be after the start.', 'input.endsAt');
  }
  return null;
}
