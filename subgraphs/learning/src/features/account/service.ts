import type { UnitOfWork } from '@pcc/events';
import {
  isId,
  newId,
  ok,
  refuse,
  refuseAll,
  validate,
  type Clock,
  type Result,
  type Role,
  type Viewer,
} from '@pcc/platform';
import { z } from 'zod';
import type { Database } from '../../database.js';
import { line } from '../../inputs.js';
import { languages, type Language } from '../../languages.js';
import type { IssuedSession, SessionService } from '../session/service.js';
import { logInGuard } from './log-in-guard.js';
import type { Account, NewAccount, StoredAccount } from './model.js';
import { passwordProblems, type Passwords } from './password.js';
import { accountRepository } from './repository.js';

export type { Account } from './model.js';

export interface AccountDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly sessions: SessionService;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

export interface RegisterInput {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly language?: Language | null | undefined;
  readonly timeZone?: string | null | undefined;
}

export type AccountService = ReturnType<typeof accountService>;

export const normaliseEmail = (email: string) => email.trim().toLowerCase();

const registration = z.object({
  email: z
    .string()
    .transform(normaliseEmail)
    .refine((value) => value.length <= 254 && z.email().safeParse(value).success, {
      message: 'This is no e-mail address.',
      params: { code: 'INVALID_EMAIL' },
    }),
  password: z.string(),
  displayName: line(100),
  language: z.enum(languages).nullish(),
  timeZone: z.string().refine(isTimeZone, 'Use an IANA name such as America/Lima.').nullish(),
});

export const accountService = (deps: AccountDeps) => {
  const { database, unitOfWork, sessions, passwords, clock } = deps;
  const accounts = accountRepository(database);

  const check = (input: RegisterInput, role: Role): Result<NewAccount> => {
    const checked = validate(registration, input);
    const email = checked.ok ? checked.value.email : normaliseEmail(input.email);
    const weak = passwordProblems(input.password, email);
    if (!checked.ok) return refuseAll([...checked.errors, ...weak]);
    if (weak.length > 0) return refuseAll(weak);
    const { displayName, language, timeZone } = checked.value;
    return ok({
      email,
      displayName,
      role,
      language: language ?? 'en',
      timeZone: timeZone ?? 'UTC',
    });
  };

  /** Writes the account, and what `also` adds, in one transaction. Emits `user.registered`. */
  const create = async <Value>(
    account: NewAccount,
    password: string,
    also: (work: Parameters<Parameters<typeof unitOfWork.run>[0]>[0], id: string) => Promise<Value>,
  ): Promise<Result<Value>> => {
    // Hashed before anything is looked up: the time taken does not tell whether the address is known.
    const passwordHash = await passwords.hash(password);
    return unitOfWork.run(async (work) => {
      const id = newId();
      const repository = accountRepository(work.transaction);
      if (!(await repository.insert(id, account, passwordHash, clock.now()))) {
        return refuse('EMAIL_NOT_AVAILABLE', 'This e-mail address cannot be used.', 'input.email');
      }
      const { role, language } = account;
      await work.emit('user.registered', { aggregateId: id, data: { userId: id, role, language } });
      return ok(await also(work, id));
    });
  };

  return {
    /** Makes a student's account and signs it in. Everybody may. */
    async register(input: RegisterInput): Promise<Result<IssuedSession>> {
      const checked = check(input, 'student');
      if (!checked.ok) return checked;
      const created = await create(checked.value, input.password, (work, id) =>
        sessions.start(work, id),
      );
      return created.ok ? ok(await sessions.activate(created.value)) : created;
    },

    /** Makes an account of any role: for the operator's programs, never for a request. */
    async createAccount(input: RegisterInput & { readonly role: Role }): Promise<Result<Account>> {
      const checked = check(input, input.role);
      if (!checked.ok) return checked;
      const account = checked.value;
      return create(account, input.password, async (_work, id) => ({ ...account, id }));
    },

    /** Refuses with INVALID_CREDENTIALS, the same for an unknown address, or TOO_MANY_ATTEMPTS. */
    async logIn(input: { email: string; password: string }): Promise<Result<IssuedSession>> {
      const email = normaliseEmail(input.email);
      const guard = logInGuard(database);
      if (await guard.isLocked(email, clock.now())) return tooManyAttempts;
      const found = email.includes('\0') ? null : await accounts.findCredentials(email);
      if (!(await passwords.matches(found?.passwordHash ?? null, input.password)) || !found) {
        await guard.recordFailure(email, clock.now());
        return refuse('INVALID_CREDENTIALS', 'The e-mail address or the password is wrong.');
      }
      const started = await unitOfWork.run(async (work) => {
        const counts = await logInGuard(work.transaction).recordSuccess(email, clock.now());
        return counts ? sessions.start(work, found.id) : null;
      });
      return started === null ? tooManyAttempts : ok(await sessions.activate(started));
    },

    async changeRole(
      viewer: Viewer,
      { userId, role }: { userId: string; role: Role },
    ): Promise<Result<Account>> {
      viewer.mustHaveRole('admin');
      if (!isId(userId)) return noSuchUser;
      const changed = await unitOfWork.run(async (work): Promise<Result<string[]>> => {
        const repository = accountRepository(work.transaction);
        const admins = await repository.lockAdmins();
        const [account] = await repository.findByIds([userId]);
        if (account === undefined) return noSuchUser;
        if (account.role === role) return ok([]);
        if (account.role === 'admin' && admins.length === 1) {
          return refuse('LAST_ADMIN', 'Make somebody else an admin first.', 'input.userId');
        }
        await repository.changeRole(userId, role);
        const { language, timeZone } = account;
        await work.emit('user.changed', {
          aggregateId: userId,
          aggregateVersion: account.version + 1,
          data: { userId, role, language, timeZone },
        });
        return ok(await sessions.endAll(work, userId, 'ROLE_CHANGED'));
      });
      if (!changed.ok) return changed;
      await sessions.forget(changed.value);
      const [account] = await accounts.findByIds([userId]);
      return account === undefined ? noSuchUser : ok(account);
    },

    /** The accounts among these that the viewer may know of, each with what she may see. */
    async visibleByIds(viewer: Viewer, ids: readonly string[]): Promise<Account[]> {
      const found = await accounts.findByIds(ids.filter(isId));
      return found.filter((account) => isVisible(viewer, account)).map((a) => shown(viewer, a));
    },

    /** The owner of tokens that were issued just now: she sees herself, whoever the request's viewer is. */
    async ownerOf(userId: string): Promise<Account> {
      const [account] = await accounts.findByIds([userId]);
      if (account === undefined) throw new Error('a session without its owner');
      return account;
    },
  };
};

const noSuchUser = refuse('NOT_FOUND', 'There is no such user.', 'input.userId');
const tooManyAttempts = refuse(
  'TOO_MANY_ATTEMPTS',
  'Too many failed attempts: try again in 15 minutes.',
);

/** Names of teachers are public; those of learners are for people who are signed in. */
const isVisible = (viewer: Viewer, account: StoredAccount) =>
  viewer.isSignedIn || account.role !== 'student';

const shown = (viewer: Viewer, account: StoredAccount): Account =>
  viewer.isAdmin || viewer.id === account.id
    ? account
    : { ...account, email: null, language: null, timeZone: null };

function isTimeZone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
