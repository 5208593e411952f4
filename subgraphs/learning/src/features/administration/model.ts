import type { Connection, Role } from '@pcc/platform';
import type { Account } from '../account/model.js';

export type UserConnection = Connection<Account>;

/** What an admin looks for; null does not narrow. */
export interface UserFilter {
  readonly text: string | null;
  readonly role: Role | null;
  readonly suspended: boolean | null;
}
