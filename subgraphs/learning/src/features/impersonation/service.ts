import type { UnitOfWork } from '@pcc/events';
import { AppError, isId, ok, refuse, validate, type Result, type Viewer } from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { line } from '../../inputs.js';
import type { AccountService } from '../account/service.js';
import type { IssuedImpersonation, SessionService } from '../session/service.js';

export interface ImpersonationDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly sessions: SessionService;
}

const start = z.object({
  userId: z.string(),
  reason: line(200).refine((reason) => reason.length >= 3, 'Give a reason.'),
});

export type ImpersonationService = ReturnType<typeof impersonationService>;

/** Admins who act as somebody else: short, never as an admin, and never unseen. */
export const impersonationService = ({ unitOfWork, accounts, sessions }: ImpersonationDeps) => ({
  /** Emits `impersonation.started`, which the audit trail keeps. */
  async start(
    viewer: Viewer,
    input: { readonly userId: string; readonly reason: string },
  ): Promise<Result<IssuedImpersonation>> {
    const actorId = viewer.mustHaveRole('admin');
    const checked = validate(start, input);
    if (!checked.ok) return checked;
    const { userId, reason } = checked.value;
    if (!isId(userId)) return noSuchUser;
    const started = await unitOfWork.run(async (work): Promise<Result<IssuedImpersonation>> => {
      const admins = await accounts.lockAdmins(work.transaction);
      // Her token may be older than what another admin has done to her.
      if (!admins.includes(actorId)) throw new AppError('FORBIDDEN');
      if ((await accounts.find(work.transaction, userId)) === null) return noSuchUser;
      const issued = await sessions.startImpersonation(work, { adminId: actorId, userId, reason });
      if (issued === null) return cannotImpersonate;
      const { sessionId } = issued;
      const data = { userId, actorId, sessionId, reason };
      await work.emit('impersonation.started', { aggregateId: sessionId, data });
      return ok(issued);
    });
    if (started.ok) await sessions.activateImpersonation(started.value);
    return started;
  },
});

const noSuchUser = refuse('NOT_FOUND', 'There is no such user.', 'input.userId');
const cannotImpersonate = refuse(
  'CANNOT_IMPERSONATE',
  'Nobody acts as an admin, or as somebody who is suspended.',
  'input.userId',
);
