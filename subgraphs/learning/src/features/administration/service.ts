import type { UnitOfWork, Work } from '@pcc/events';
import {
  AppError,
  connectionOf,
  isId,
  mapConnection,
  ok,
  pageOf,
  refuse,
  type Clock,
  type PageArguments,
  type Result,
  type Role,
  type Viewer,
} from '@pcc/platform';
import type { Database } from '../../database.js';
import { whole, type Account, type AccountService } from '../account/service.js';
import type { SessionService } from '../session/service.js';
import type { UserConnection, UserFilter } from './model.js';
import { administrationRepository } from './repository.js';

export type { UserConnection } from './model.js';

export interface AdministrationDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly accounts: AccountService;
  readonly sessions: SessionService;
  readonly clock: Clock;
}

type GivenFilter = { readonly [Key in keyof UserFilter]?: UserFilter[Key] | undefined };
type StoredAccount = NonNullable<Awaited<ReturnType<AccountService['find']>>>;

const maximumTextLength = 100;

export type AdministrationService = ReturnType<typeof administrationService>;

/** What admins do with other people's accounts. Their sessions end with what they were allowed before. */
export const administrationService = (deps: AdministrationDeps) => {
  const { database, unitOfWork, accounts, sessions, clock } = deps;
  const people = administrationRepository(database);

  /**
   * Changes somebody's account, and ends the sessions that the change tells to, in one transaction; then the router hears
   * of it.
   * @param act gives the account as it is then, and the sessions that have ended
   */
  const changeAccount = async (
    userId: string,
    act: (
      work: Work<Database>,
      before: StoredAccount,
      isLastAdmin: boolean,
    ) => Promise<Result<{ account: StoredAccount; ended: readonly string[] }>>,
  ): Promise<Result<Account>> => {
    if (!isId(userId)) return noSuchUser;
    const changed = await unitOfWork.run(async (work) => {
      const admins = await accounts.lockAdmins(work.transaction);
      const before = await accounts.find(work.transaction, userId);
      if (before === null) return noSuchUser;
      return act(work, before, admins.length === 1 && admins[0] === userId);
    });
    if (!changed.ok) return changed;
    await sessions.forget(changed.value.ended);
    return ok(whole(changed.value.account));
  };

  return {
    /** @throws AppError FORBIDDEN unless the viewer is an admin */
    async list(viewer: Viewer, args: PageArguments, given: GivenFilter): Promise<UserConnection> {
      viewer.mustHaveRole('admin');
      const filter: UserFilter = {
        text: searchText(given.text),
        role: given.role ?? null,
        suspended: given.suspended ?? null,
      };
      const page = pageOf(args, 1);
      if (page.after !== null && !isId(String(page.after[0]))) {
        throw new AppError('BAD_USER_INPUT', 'The cursor in "after" is not one of this list.');
      }
      const rows = await people.page(filter, page);
      const count = () => people.count(filter);
      return mapConnection(
        connectionOf(rows, page, ({ id }) => [id], count),
        whole,
      );
    },

    async changeRole(
      viewer: Viewer,
      { userId, role }: { readonly userId: string; readonly role: Role },
    ): Promise<Result<Account>> {
      viewer.mustHaveRole('admin');
      return changeAccount(userId, async (work, before, isLastAdmin) => {
        if (before.role === role) return ok({ account: before, ended: [] });
        if (isLastAdmin) return lastAdmin;
        const account = await accounts.change(work, userId, { role }, viewer.actorId);
        return ok({ account, ended: await sessions.endAll(work, userId, 'ROLE_CHANGED') });
      });
    },

    /** Emits `user.suspended`. */
    async suspend(viewer: Viewer, userId: string): Promise<Result<Account>> {
      const actorId = viewer.mustHaveRole('admin');
      return changeAccount(userId, async (work, before, isLastAdmin) => {
        if (before.suspendedAt !== null) return ok({ account: before, ended: [] });
        if (isLastAdmin) return lastAdmin;
        const suspended = { suspendedAt: clock.now() };
        const account = await accounts.change(work, userId, suspended, actorId);
        await work.emit('user.suspended', { aggregateId: userId, data: { userId, actorId } });
        return ok({ account, ended: await sessions.endAll(work, userId, 'SUSPENDED') });
      });
    },

    /** Emits `user.reinstated`. */
    async reinstate(viewer: Viewer, userId: string): Promise<Result<Account>> {
      const actorId = viewer.mustHaveRole('admin');
      return changeAccount(userId, async (work, before) => {
        if (before.suspendedAt === null) return ok({ account: before, ended: [] });
        const account = await accounts.change(work, userId, { suspendedAt: null }, actorId);
        await work.emit('user.reinstated', { aggregateId: userId, data: { userId, actorId } });
        return ok({ account, ended: [] });
      });
    },
  };
};

const noSuchUser = refuse('NOT_FOUND', 'There is no such user.', 'input.userId');
const lastAdmin = refuse('LAST_ADMIN', 'Make somebody else an admin first.', 'input.userId');

/** @throws AppError BAD_USER_INPUT */
function searchText(text: string | null | undefined): string | null {
  const trimmed = text?.replaceAll('\0', ' ').trim().toLowerCase() ?? '';
  if (trimmed.length > maximumTextLength) {
    throw new AppError(
      'BAD_USER_INPUT',
      `"text" may have ${maximumTextLength} characters at most.`,
    );
  }
  return trimmed === '' ? null : trimmed;
}
