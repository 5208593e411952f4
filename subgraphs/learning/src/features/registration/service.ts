import type { UnitOfWork } from '@pcc/events';
import { newId, ok, refuse, type Clock, type Result } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Passwords } from '../../passwords.js';
import type { AccountInput, AccountService } from '../account/service.js';
import { checkAccount } from '../account/service.js';
import type { MailService } from '../mail/service.js';
import type { IssuedSession, SessionService } from '../session/service.js';
import { registrationRepository } from './repository.js';

export interface RegistrationDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly sessions: SessionService;
  readonly mails: MailService;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

const pendingMs = 24 * 60 * 60 * 1000;

export type RegistrationService = ReturnType<typeof registrationService>;

/** Becoming somebody. An account is made only by whoever reads the mails of its address. */
export const registrationService = (deps: RegistrationDeps) => {
  const { database, unitOfWork, accounts, sessions, mails, passwords, clock } = deps;
  const registrations = registrationRepository(database);

  return {
    /**
     * Everybody may. The answer, the statements and the work are the same whether or not the address has an account;
     * only the mail tells.
     */
    async register(input: AccountInput): Promise<Result<true>> {
      const checked = checkAccount(input);
      if (!checked.ok) return checked;
      const { email, displayName, language, timeZone } = checked.value;
      const passwordHash = await passwords.hash(input.password);
      await unitOfWork.run(async (work) => {
        if (!(await mails.mayWrite(work, email, 'verify-email'))) return;
        const id = newId();
        const expiresAt = new Date(clock.now().getTime() + pendingMs);
        const pending = { id, email, passwordHash, displayName, language, timeZone, expiresAt };
        await registrationRepository(work.transaction).insert(pending);
        await mails.writeToAddress(work, {
          email,
          ifKnown: 'account-exists',
          otherwise: 'verify-email',
          tokenId: id,
          language,
        });
      });
      return ok(true);
    },

    /**
     * Makes the account and signs it in. Wants the password too: somebody else may have registered the address, and
     * its owner, who opens the link, must not be given an account to which another has the key.
     * Emits `user.registered`, `session.started`.
     */
    async verify(input: {
      readonly token: string;
      readonly password: string;
      readonly device?: string | null | undefined;
    }): Promise<Result<IssuedSession>> {
      const id = mails.registrationOf(input.token);
      const passwordHash =
        id === null ? null : await registrations.findPasswordHash(id, clock.now());
      if (id === null || passwordHash === null) return invalidToken;
      if (!(await passwords.matches(passwordHash, input.password))) return wrongPassword;
      const started = await unitOfWork.run(async (work) => {
        const pending = await registrationRepository(work.transaction).take(id, clock.now());
        if (pending === null) return null;
        const userId = await accounts.create(work, { ...pending, role: 'student' }, passwordHash);
        // Somebody else, an operator, has made an account of the address meanwhile.
        return userId === null ? null : sessions.start(work, userId, input.device);
      });
      return started === null ? invalidToken : ok(await sessions.activate(started));
    },
  };
};

const wrongPassword = refuse(
  'INVALID_CREDENTIALS',
  'This is not the password that was registered with this link.',
  'input.password',
);
const invalidToken = refuse(
  'INVALID_TOKEN',
  'The link is not valid, or not any more: register again.',
  'input.token',
);
