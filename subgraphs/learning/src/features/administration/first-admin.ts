import type { UnitOfWork } from '@pcc/events';
import { ok, refuseAll, validate, type Result } from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { emailAddress } from '../../inputs.js';
import { passwordProblems, type Passwords } from '../../passwords.js';
import { displayName, type AccountService } from '../account/service.js';
import type { MailService } from '../mail/service.js';
import type { SessionService } from '../session/service.js';
import { administrationRepository } from './repository.js';

export interface FirstAdminDeps {
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly sessions: SessionService;
  readonly mails: MailService;
  readonly passwords: Passwords;
}

export interface MadeAdmin {
  readonly userId: string;
  readonly outcome: 'CREATED' | 'PROMOTED' | 'ALREADY_ADMIN';
  /** Sets a password, once, within an hour; only for a new account without one. */
  readonly token: string | null;
}

const wanted = z.object({
  email: emailAddress,
  name: displayName.optional(),
  password: z.string().optional(),
});

/** Makes an admin out of an address: what the operator does, because the first one has no admin to ask. */
export const makeAdmin =
  ({ unitOfWork, accounts, sessions, mails, passwords }: FirstAdminDeps) =>
  async (input: unknown): Promise<Result<MadeAdmin>> => {
    const checked = validate(wanted, input);
    if (!checked.ok) return checked;
    const { email, password, name = email.split('@')[0] ?? email } = checked.value;
    const weak = password === undefined ? [] : passwordProblems(password, email);
    if (weak.length > 0) return refuseAll(weak);
    const passwordHash = await (password === undefined
      ? passwords.hashOfNobodys()
      : passwords.hash(password));

    const made = await unitOfWork.run(async (work) => {
      const known = await administrationRepository(work.transaction).idByEmail(email);
      if (known !== null) {
        const before = await accounts.find(work.transaction, known);
        if (before?.role === 'admin' && before.suspendedAt === null) {
          return { userId: known, outcome: 'ALREADY_ADMIN', tokenId: null, ended: [] } as const;
        }
        await accounts.change(work, known, { role: 'admin', suspendedAt: null }, null);
        const ended = await sessions.endAll(work, known, 'ROLE_CHANGED');
        return { userId: known, outcome: 'PROMOTED', tokenId: null, ended } as const;
      }
      const account = {
        email,
        displayName: name,
        role: 'admin',
        language: 'en',
        timeZone: 'UTC',
      } as const;
      const userId = await accounts.create(work, account, passwordHash);
      if (userId === null) throw new Error('the address was registered at this moment: try again');
      const tokenId =
        password === undefined
          ? await mails.allow(work, { purpose: 'reset-password', userId })
          : null;
      return { userId, outcome: 'CREATED', tokenId, ended: [] } as const;
    });
    await sessions.forget(made.ended);
    const { userId, outcome, tokenId } = made;
    const token = tokenId === null ? null : mails.tokenOf('reset-password', tokenId);
    return ok({ userId, outcome, token });
  };
