import type { UnitOfWork, Work } from '@pcc/events';
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
import { emailAddress, line, normaliseEmail, timeZone } from '../../inputs.js';
import { languages, type Language } from '../../languages.js';
import { passwordProblems, type Passwords } from '../../passwords.js';
import type { Account, AccountChange, NewAccount, StoredAccount } from './model.js';
import { accountRepository } from './repository.js';
import { seenBy, whole } from './visibility.js';

export type { Account, SeenAccount } from './model.js';
export { seenColumns } from './repository.js';
export { seenBy, whole } from './visibility.js';

export interface AccountDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

export interface AccountInput {
  readonly email: string;
  readonly password: string;
  readonly displayName: string;
  readonly language?: Language | null | undefined;
  readonly timeZone?: string | null | undefined;
}

export type AccountService = ReturnType<typeof accountService>;

export const displayName = line(100);

const accountInput = z.object({
  email: emailAddress,
  password: z.string(),
  displayName,
  language: z.enum(languages).nullish(),
  timeZone: timeZone.nullish(),
});

/** What is wrong with what somebody typed for an account of her own, all of it at once. */
export function checkAccount(input: AccountInput): Result<Omit<NewAccount, 'role'>> {
  const checked = validate(accountInput, input);
  const email = checked.ok ? checked.value.email : normaliseEmail(input.email);
  const weak = passwordProblems(input.password, email);
  if (!checked.ok) return refuseAll([...checked.errors, ...weak]);
  if (weak.length > 0) return refuseAll(weak);
  const { value } = checked;
  return ok({
    email,
    displayName: value.displayName,
    language: value.language ?? 'en',
    timeZone: value.timeZone ?? 'UTC',
  });
}

/** People: who there is, who sees what of whom. The only one that writes accounts. */
export const accountService = (deps: AccountDeps) => {
  const { database, unitOfWork, passwords, clock } = deps;
  const accounts = accountRepository(database);

  /** Writes an account. Emits `user.registered`. @returns its id, or null when the address is taken */
  const create = async (
    { transaction, emit }: Work<Database>,
    account: NewAccount,
    passwordHash: string,
  ): Promise<string | null> => {
    const id = newId();
    const now = clock.now();
    if (!(await accountRepository(transaction).insert(id, account, passwordHash, now))) return null;
    const { role, language, timeZone } = account;
    const data = { userId: id, role, language, timeZone };
    await emit('user.registered', { aggregateId: id, data });
    return id;
  };

  return {
    create,

    /** Makes an account of any role at once: for the demo and for tests, never for a request. */
    async createAccount(
      input: AccountInput & { readonly role: Role },
    ): Promise<Result<{ readonly id: string }>> {
      const checked = checkAccount(input);
      if (!checked.ok) return checked;
      const account = { ...checked.value, role: input.role };
      const passwordHash = await passwords.hash(input.password);
      const id = await unitOfWork.run((work) => create(work, account, passwordHash));
      return id === null
        ? refuse('EMAIL_NOT_AVAILABLE', 'This e-mail address cannot be used.', 'input.email')
        : ok({ id });
    },

    /**
     * Writes a change that somebody was allowed to make. Emits `user.changed`.
     * @param actorId who makes it; null for the operator
     */
    async change(
      { transaction, emit }: Work<Database>,
      userId: string,
      change: AccountChange,
      actorId: string | null,
    ): Promise<StoredAccount> {
      const repository = accountRepository(transaction);
      await repository.change(userId, change);
      const [account] = await repository.findByIds([userId], null);
      if (account === undefined) throw new Error('an account that was just changed is gone');
      const { role, language, timeZone: zone, version } = account;
      await emit('user.changed', {
        aggregateId: userId,
        aggregateVersion: version,
        data: {
          userId,
          role,
          language,
          timeZone: zone,
          ...(actorId === null ? {} : { actorId }),
        },
      });
      return account;
    },

    /**
     * The admins who can act at this moment, locked: what one does by her role waits for what is done to it. Before any
     * other person's row is locked, or two could wait for each other.
     */
    lockAdmins: (transaction: Database): Promise<string[]> =>
      accountRepository(transaction).lockAdmins(),

    /** All of an account, for those who have the right to it by other means; null when there is none. */
    async find(transaction: Database, userId: string): Promise<StoredAccount | null> {
      if (!isId(userId)) return null;
      const [account] = await accountRepository(transaction).findByIds([userId], null);
      return account ?? null;
    },

    /** The accounts among these that the viewer may know of, each with what she may see. */
    async visibleByIds(viewer: Viewer, ids: readonly string[]): Promise<Account[]> {
      const found = await accounts.findByIds(ids.filter(isId), viewer.id);
      return found.flatMap((account) => seenBy(viewer, account) ?? []);
    },

    /** The owner of tokens that were issued just now: she sees herself, whoever the request's viewer is. */
    async ownerOf(userId: string): Promise<Account> {
      const [account] = await accounts.findByIds([userId], null);
      if (account === undefined) throw new Error('a session without its owner');
      return whole(account);
    },
  };
};
