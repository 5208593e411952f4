import type { UnitOfWork, Work } from '@pcc/events';
import { ok, refuse, refuseAll, validate, type Result, type Viewer } from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { emailAddress } from '../../inputs.js';
import { passwordProblems, type Passwords } from '../../passwords.js';
import type { MailService } from '../mail/service.js';
import type { SessionService } from '../session/service.js';
import { credentialRepository } from './repository.js';
import type { CredentialService } from './service.js';

export interface PasswordChangeDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly credentials: CredentialService;
  readonly sessions: SessionService;
  readonly mails: MailService;
  readonly passwords: Passwords;
}

const resetRequest = z.object({ email: emailAddress });

/** New passwords, by mail or by the present one. */
export const passwordChangeService = (deps: PasswordChangeDeps) => {
  const { unitOfWork, credentials, sessions, mails, passwords } = deps;

  /** What follows every change, in its transaction. @returns the sessions that have ended */
  const afterChange = async (
    work: Work<Database>,
    userId: string,
    currentSessionId: string | null,
  ): Promise<string[]> => {
    await mails.write(work, 'password-changed', userId);
    return sessions.endAll(work, userId, 'PASSWORD_CHANGED', currentSessionId);
  };

  return {
    /** Everybody may ask, for any address; answer, statements and rows are the same for one that nobody has. */
    async requestReset(input: { readonly email: string }): Promise<Result<true>> {
      const checked = validate(resetRequest, input);
      if (!checked.ok) return checked;
      const { email } = checked.value;
      await unitOfWork.run(async (work) => {
        if (!(await mails.mayWrite(work, email, 'reset-password'))) return;
        const tokenId = await mails.allow(work, { purpose: 'reset-password', email });
        const template = 'reset-password';
        const mail = {
          email,
          ifKnown: template,
          otherwise: template,
          tokenId,
          language: 'en',
        } as const;
        await mails.writeToAddress(work, mail);
      });
      return ok(true);
    },

    /** A password that is too weak does not use the token up. */
    async reset(input: {
      readonly token: string;
      readonly newPassword: string;
    }): Promise<Result<true>> {
      const owner = await mails.ownerOf('reset-password', input.token);
      if (owner === null) return invalidToken;
      const weak = passwordProblems(input.newPassword, owner.email, 'newPassword');
      if (weak.length > 0) return refuseAll(weak);
      const passwordHash = await passwords.hash(input.newPassword);
      const ended = await unitOfWork.run(async (work) => {
        if (!(await mails.use(work, owner))) return null;
        // Before the person's row, as logging in does, or the two could wait for each other.
        await credentials.unlock(work.transaction, owner.email);
        await credentialRepository(work.transaction).set(owner.userId, passwordHash);
        return afterChange(work, owner.userId, null);
      });
      if (ended === null) return invalidToken;
      await sessions.forget(ended);
      return ok(true);
    },

    async change(
      viewer: Viewer,
      input: { readonly currentPassword: string; readonly newPassword: string },
    ): Promise<Result<true>> {
      const userId = viewer.mustBeHerself();
      const confirmed = await credentials.confirm(
        userId,
        input.currentPassword,
        'input.currentPassword',
      );
      if (!confirmed.ok) return confirmed;
      const { email, passwordHash: checkedHash } = confirmed.value;
      const weak = passwordProblems(input.newPassword, email, 'newPassword');
      if (weak.length > 0) return refuseAll(weak);
      const passwordHash = await passwords.hash(input.newPassword);
      const ended = await unitOfWork.run(async (work) => {
        await mails.withdraw(work, userId);
        const repository = credentialRepository(work.transaction);
        if (!(await repository.replace(userId, checkedHash, passwordHash))) return null;
        return afterChange(work, userId, viewer.sessionId);
      });
      if (ended === null) return changedMeanwhile;
      await sessions.forget(ended);
      return ok(true);
    },
  };
};

const invalidToken = refuse(
  'INVALID_TOKEN',
  'The link is not valid, or not any more: ask for another one.',
  'input.token',
);
const changedMeanwhile = refuse(
  'INVALID_CREDENTIALS',
  'The password was changed at this moment.',
  'input.currentPassword',
);
