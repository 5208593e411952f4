import type { Role } from '@pcc/platform';
import type { Language } from '../../languages.js';

/** An account as one viewer may see it: what is hidden from her is null. */
export interface Account {
  readonly id: string;
  readonly displayName: string;
  readonly role: Role;
  readonly email: string | null;
  readonly language: Language | null;
  readonly timeZone: string | null;
}

/** Everything that is stored, the password apart. */
export interface StoredAccount extends Account {
  readonly email: string;
  readonly language: Language;
  readonly timeZone: string;
  readonly version: number;
}

export interface NewAccount {
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  readonly language: Language;
  readonly timeZone: string;
}
