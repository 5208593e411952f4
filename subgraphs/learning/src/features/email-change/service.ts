import type { UnitOfWork } from '@pcc/events';
import { AppError, ok, refuse, validate, type Result, type Viewer } from '@pcc/platform';
import { z } from 'zod';
import { Prisma, type Database } from '../../database.js';
import { emailAddress } from '../../inputs.js';
import type { AccountService } from '../account/service.js';
import type { CredentialService } from '../credential/service.js';
import type { MailService } from '../mail/service.js';

export interface EmailChangeDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly credentials: CredentialService;
  readonly mails: MailService;
}

const request = z.object({ newEmail: emailAddress });

export type EmailChangeService = ReturnType<typeof emailChangeService>;

/** Another address for an account: proven by a mail to it, announced to the one before. */
export const emailChangeService = (deps: EmailChangeDeps) => {
  const { unitOfWork, accounts, credentials, mails } = deps;
  return {
    async request(
      viewer: Viewer,
      input: { readonly newEmail: string; readonly password: string },
    ): Promise<Result<true>> {
      const userId = viewer.mustBeHerself();
      const checked = validate(request, input);
      if (!checked.ok) return checked;
      const { newEmail } = checked.value;
      const confirmed = await credentials.confirm(userId, input.password, 'input.password');
      if (!confirmed.ok) return confirmed;
      return unitOfWork.run(async (work): Promise<Result<true>> => {
        if (!(await mails.mayWrite(work, newEmail, 'change-email'))) return ok(true);
        // Whoever has the old password must not get a link just after it was replaced.
        if (!(await credentials.lockUnchanged(work.transaction, confirmed.value))) {
          return changedMeanwhile;
        }
        const account = await accounts.find(work.transaction, userId);
        if (account === null) throw new AppError('UNAUTHENTICATED');
        const tokenId = await mails.allow(work, { purpose: 'change-email', userId, newEmail });
        await mails.writeToAddress(work, {
          email: newEmail,
          ifKnown: 'account-exists',
          otherwise: 'change-email',
          tokenId,
          language: account.language,
        });
        await mails.write(work, 'change-email-asked', userId);
        return ok(true);
      });
    },

    /** Emits `user.changed`. */
    async confirm(input: { readonly token: string }): Promise<Result<true>> {
      const owner = await mails.ownerOf('change-email', input.token);
      if (owner?.newEmail == null) return invalidToken;
      const { userId, newEmail: email } = owner;
      try {
        return await unitOfWork.run(async (work) => {
          if (!(await mails.use(work, owner))) return invalidToken;
          await accounts.change(work, userId, { email }, userId);
          return ok(true);
        });
      } catch (error) {
        // Somebody has got the address meanwhile; the constraint has undone everything.
        if (isTaken(error)) return invalidToken;
        throw error;
      }
    },
  };
};

/** Prisma's code for a unique constraint. */
const isTaken = (error: unknown) =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';

const changedMeanwhile = refuse(
  'INVALID_CREDENTIALS',
  'The password was changed at this moment.',
  'input.password',
);
const invalidToken = refuse(
  'INVALID_TOKEN',
  'The link is not valid, or not any more: ask for another one.',
  'input.token',
);
