import { randomBytes } from 'node:crypto';
import type { UnitOfWork } from '@pcc/events';
import {
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
import { whole } from '../../inputs.js';
import type { AccountService } from '../account/service.js';
import type { CourseService } from '../course/service.js';
import type { Enrollment, EnrollmentService } from '../enrollment/service.js';
import type { Invitation, InvitationConnection } from './model.js';
import { invitationRepository } from './repository.js';

export type { Invitation, InvitationConnection } from './model.js';

export interface InvitationDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly courses: CourseService;
  readonly enrollments: EnrollmentService;
  readonly clock: Clock;
}

const maximumUses = 1_000;
const defaultLifetimeMs = 30 * 24 * 60 * 60 * 1000;
const limits = z.object({ maxUses: whole(1, maximumUses).nullish() });

export type InvitationService = ReturnType<typeof invitationService>;

export const invitationService = (deps: InvitationDeps) => {
  const { database, unitOfWork, accounts, courses, enrollments, clock } = deps;
  const invitations = invitationRepository(database);

  return {
    /** Makes an invitation; one for a named person can be used once. Emits `invitation.created`. */
    async create(
      viewer: Viewer,
      input: {
        courseId: string;
        userId?: string | null | undefined;
        maxUses?: number | null | undefined;
        expiresAt?: Date | null | undefined;
      },
    ): Promise<Result<Invitation>> {
      const createdBy = viewer.mustHaveRole('instructor', 'admin');
      const checked = validate(limits, input);
      const { userId = null } = input;
      const named = userId === null ? [] : await accounts.visibleByIds(viewer, [userId]);
      return unitOfWork.run(async ({ transaction, emit }) => {
        const field = 'input.courseId';
        const managed = await courses.mustManage(transaction, viewer, input.courseId, field);
        if (!managed.ok) return managed;
        if (!checked.ok) return checked;
        if (userId !== null && named.length === 0) {
          return refuse('NOT_FOUND', 'There is no such user.', 'input.userId');
        }
        const now = clock.now();
        const expiresAt = input.expiresAt ?? new Date(now.getTime() + defaultLifetimeMs);
        if (expiresAt <= now) {
          return refuse('INVALID_INPUT', 'Must be in the future.', 'input.expiresAt');
        }
        const invitation: Invitation = {
          id: newId(),
          courseId: managed.value.id,
          // 96 bits: not to be guessed.
          code: randomBytes(12).toString('base64url'),
          userId,
          maxUses: userId === null ? (checked.value.maxUses ?? 1) : 1,
          uses: 0,
          expiresAt,
          createdAt: now,
          revokedAt: null,
        };
        await invitationRepository(transaction).insert({ ...invitation, createdBy });
        const { id: invitationId, courseId } = invitation;
        await emit('invitation.created', {
          aggregateId: invitationId,
          data: { invitationId, courseId },
        });
        return ok(invitation);
      });
    },

    /** Whoever is enrolled already stays so. Emits `invitation.revoked`. */
    async revoke(viewer: Viewer, invitationId: string): Promise<Result<Invitation>> {
      viewer.mustHaveRole('instructor', 'admin');
      const found = isId(invitationId) ? await invitations.find(invitationId) : null;
      if (found === null) return noSuchInvitation;
      return unitOfWork.run(async ({ transaction, emit }) => {
        const field = 'input.invitationId';
        const managed = await courses.mustManage(transaction, viewer, found.courseId, field);
        if (!managed.ok) return noSuchInvitation;
        const repository = invitationRepository(transaction);
        const invitation = await repository.find(invitationId);
        if (invitation === null) return noSuchInvitation;
        if (invitation.revokedAt !== null) return ok(invitation);
        const revokedAt = clock.now();
        await repository.revoke(invitationId, revokedAt);
        const { courseId } = invitation;
        await emit('invitation.revoked', {
          aggregateId: invitationId,
          data: { invitationId, courseId },
        });
        return ok({ ...invitation, revokedAt });
      });
    },

    /**
     * Enrols the viewer, without payment. A use is counted only when she gets a seat; one who is enrolled
     * already uses none.
     */
    async accept(viewer: Viewer, code: string): Promise<Result<Enrollment>> {
      const userId = viewer.mustBeSignedIn();
      const field = 'input.code';
      const typed = code.trim();
      const found = typed.includes('\0') ? null : await invitations.findByCode(typed);
      // Somebody else's invitation looks like none.
      if (found === null || (found.userId !== null && found.userId !== userId)) return noSuchCode;
      return unitOfWork.run(async (work) => {
        const place = { userId, courseId: found.courseId };
        // The course's lock comes first, so that the uses are counted in line.
        await enrollments.seatsChanged(work, found.courseId);
        const repository = invitationRepository(work.transaction);
        const invitation = await repository.find(found.id);
        const isOver =
          invitation === null ||
          invitation.revokedAt !== null ||
          invitation.expiresAt <= clock.now() ||
          invitation.uses >= invitation.maxUses;
        if (isOver) return refuse('INVITATION_OVER', 'It is used up, expired or revoked.', field);
        const claimed = await enrollments.claim(work, place, { source: 'INVITATION' });
        if (claimed.refusal !== undefined) {
          return refuse(claimed.refusal, claimed.message, field);
        }
        if (!(await repository.use(found.id, clock.now()))) {
          throw new Error('an invitation was used up under the lock of its course');
        }
        return ok(await enrollments.get(work, claimed.enrollmentId));
      });
    },

    /** Newest first. @throws AppError FORBIDDEN unless the viewer teaches the course, or is an admin */
    async list(
      viewer: Viewer,
      courseId: string,
      args: PageArguments,
    ): Promise<InvitationConnection> {
      await courses.mustTeach(viewer, courseId);
      return pageByCreation(
        args,
        (page) => invitations.pageOf(courseId, page),
        () => invitations.countOf(courseId),
      );
    },
  };
};

const noSuchInvitation = refuse('NOT_FOUND', 'There is no such invitation.', 'input.invitationId');
const noSuchCode = refuse('NOT_FOUND', 'There is no such invitation.', 'input.code');
