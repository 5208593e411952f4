import type { UnitOfWork, Work } from '@pcc/events';
import { ok, refuse, refuseAll, validate, type Result } from '@pcc/platform';
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
  readonly sessions: Pick<SessionService, 'endAll' | 'forget'>;
  /** Null where links cannot be signed: then somebody new needs a password at once. */
  readonly links: Pick<MailService, 'allow' | 'tokenOf'> | null;
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

type Made = MadeAdmin & { readonly ended: readonly string[] };

/**
 * Makes an admin out of an address: what the operator does, because the first one has no admin to ask. However often, and
 * however many at once: there is one account, and what the others find is an admin already.
 */
export const makeAdmin = (deps: FirstAdminDeps) => {
  const { unitOfWork, accounts, sessions, links, passwords } = deps;

  /** @returns null when nobody has the address */
  const promote = async (work: Work<Database>, email: string): Promise<Made | null> => {
    const userId = await administrationRepository(work.transaction).lockByEmail(email);
    if (userId === null) return null;
    const before = await accounts.find(work.transaction, userId);
    if (before?.role === 'admin' && before.suspendedAt === null) {
      return { userId, outcome: 'ALREADY_ADMIN', token: null, ended: [] };
    }
    await accounts.change(work, userId, { role: 'admin', suspendedAt: null }, null);
    const ended = await sessions.endAll(work, userId, 'ROLE_CHANGED');
    return { userId, outcome: 'PROMOTED', token: null, ended };
  };

  /** @returns null when somebody has got the address at this moment */
  const create = async (
    work: Work<Database>,
    account: { readonly email: string; readonly displayName: string },
    passwordHash: string,
    signer: FirstAdminDeps['links'],
  ): Promise<Made | null> => {
    const defaults = { role: 'admin', language: 'en', timeZone: 'UTC' } as const;
    const userId = await accounts.create(work, { ...account, ...defaults }, passwordHash);
    if (userId === null) return null;
    const purpose = 'reset-password';
    const token =
      signer === null
        ? null
        : signer.tokenOf(purpose, await signer.allow(work, { purpose, userId }));
    return { userId, outcome: 'CREATED', token, ended: [] };
  };

  return async (input: unknown): Promise<Result<MadeAdmin>> => {
    const checked = validate(wanted, input);
    if (!checked.ok) return checked;
    const { email, password, name = email.split('@')[0] ?? email } = checked.value;
    const weak = password === undefined ? [] : passwordProblems(password, email);
    if (weak.length > 0) return refuseAll(weak);
    const passwordHash = await (password === undefined
      ? passwords.hashOfNobodys()
      : passwords.hash(password));

    const signer = password === undefined ? links : null;
    const mayCreate = password !== undefined || signer !== null;
    const made = await unitOfWork.run(async (work): Promise<Made | null> => {
      const known = await promote(work, email);
      if (known !== null || !mayCreate) return known;
      const created = await create(work, { email, displayName: name }, passwordHash, signer);
      // The insert has waited for whoever was faster, so now there is an account to be found.
      const found = created ?? (await promote(work, email));
      if (found === null) throw new Error('an address that was taken a moment ago is free');
      return found;
    });
    if (made === null) {
      return refuse(
        'PASSWORD_NEEDED',
        'Nobody has this address, and without a signing key there is no link that sets a password: give one.',
        'password',
      );
    }
    const { ended, ...admin } = made;
    await sessions.forget(ended);
    return ok(admin);
  };
};
