import type { Role } from '@pcc/platform';
import type { Language } from '../../languages.js';

/** What other people may see. */
export interface PrivacySettings {
  readonly showsName: boolean;
  readonly showsBio: boolean;
}

/** An account as one viewer may see it: what is hidden from her is null. */
export interface Account {
  readonly id: string;
  readonly displayName: string | null;
  readonly bio: string | null;
  readonly role: Role;
  readonly email: string | null;
  readonly language: Language | null;
  readonly timeZone: string | null;
  readonly privacy: PrivacySettings | null;
  readonly suspendedAt: Date | null;
}

/** Everything that is stored, the password apart. */
export interface StoredAccount {
  readonly id: string;
  readonly displayName: string;
  readonly bio: string;
  readonly role: Role;
  readonly email: string;
  readonly language: Language;
  readonly timeZone: string;
  readonly showsName: boolean;
  readonly showsBio: boolean;
  readonly suspendedAt: Date | null;
  readonly version: number;
}

/** An account with what it is to one viewer. */
export interface SeenAccount extends StoredAccount {
  /** Her name stands on courses, for everybody to read. */
  readonly teaches: boolean;
  /** She is enrolled in a course of the viewer's. */
  readonly learnsFromViewer: boolean;
}

export interface NewAccount {
  readonly email: string;
  readonly displayName: string;
  readonly role: Role;
  readonly language: Language;
  readonly timeZone: string;
}

/** What may change of an account; what is left out stays. */
export interface AccountChange {
  readonly email?: string;
  readonly displayName?: string;
  readonly bio?: string;
  readonly role?: Role;
  readonly suspendedAt?: Date | null;
  readonly language?: Language;
  readonly timeZone?: string;
  readonly showsName?: boolean;
  readonly showsBio?: boolean;
}
