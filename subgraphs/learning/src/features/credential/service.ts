import type { UnitOfWork } from '@pcc/events';
import { AppError, ok, refuse, type Clock, type Result } from '@pcc/platform';
import type { Database } from '../../database.js';
import { normaliseEmail } from '../../inputs.js';
import type { Passwords } from '../../passwords.js';
import type { IssuedSession, SessionService } from '../session/service.js';
import { logInGuard } from './log-in-guard.js';
import { credentialRepository, type Credentials } from './repository.js';

export interface CredentialDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly sessions: SessionService;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

export type CredentialService = ReturnType<typeof credentialService>;

/** Proving who one is by a password. */
export const credentialService = (deps: CredentialDeps) => {
  const { database, unitOfWork, sessions, passwords, clock } = deps;
  const credentials = credentialRepository(database);
  const guard = logInGuard(database);

  return {
    /** Refuses with INVALID_CREDENTIALS, the same for an unknown address, TOO_MANY_ATTEMPTS, or ACCOUNT_SUSPENDED. */
    async logIn(input: {
      readonly email: string;
      readonly password: string;
      readonly device?: string | null | undefined;
    }): Promise<Result<IssuedSession>> {
      const email = normaliseEmail(input.email);
      if (await guard.isLocked(email, clock.now())) return tooManyAttempts;
      const found = email.includes('\0') ? null : await credentials.findByEmail(email);
      if (!(await passwords.matches(found?.passwordHash ?? null, input.password)) || !found) {
        await guard.recordFailure(email, clock.now());
        return wrongCredentials;
      }
      const started = await unitOfWork.run(async (work): Promise<Started> => {
        const counts = await logInGuard(work.transaction).recordSuccess(email, clock.now());
        if (!counts) return tooManyAttempts;
        // Somebody who came in with a password that is just being replaced would stay in with it.
        const repository = credentialRepository(work.transaction);
        if (!(await repository.lockUnchanged(found))) return wrongCredentials;
        const session = await sessions.start(work, found.id, input.device);
        return session === null ? suspended : ok(session);
      });
      return started.ok ? ok(await sessions.activate(started.value)) : started;
    },

    /**
     * Whether a person who is signed in knows her password too; wrong ones count like failed log-ins, or a stolen session
     * could try them all.
     */
    async confirm(userId: string, password: string, field: string): Promise<Result<Credentials>> {
      const own = await credentials.findById(userId);
      if (own === null) throw new AppError('UNAUTHENTICATED');
      if (await guard.isLocked(own.email, clock.now())) return tooManyAttempts;
      if (await passwords.matches(own.passwordHash, password)) return ok(own);
      await guard.recordFailure(own.email, clock.now());
      return refuse('INVALID_CREDENTIALS', 'The password is wrong.', field);
    },

    /** Whether what `confirm` gave still holds; then nobody changes it before the transaction ends. */
    lockUnchanged: (transaction: Database, confirmed: Credentials): Promise<boolean> =>
      credentialRepository(transaction).lockUnchanged(confirmed),

    /** Forgets failed log-ins of an address: its owner has proven herself otherwise. */
    unlock: (transaction: Database, email: string): Promise<void> =>
      logInGuard(transaction).forget(email),
  };
};

type Started = Result<NonNullable<Awaited<ReturnType<SessionService['start']>>>>;

const wrongCredentials = refuse(
  'INVALID_CREDENTIALS',
  'The e-mail address or the password is wrong, or the address is not verified yet.',
);
const suspended = refuse('ACCOUNT_SUSPENDED', 'This account is suspended.');
const tooManyAttempts = refuse(
  'TOO_MANY_ATTEMPTS',
  'Too many failed attempts: try again in 15 minutes.',
);
