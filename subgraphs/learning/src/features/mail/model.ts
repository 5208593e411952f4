import type { Language } from '../../languages.js';

/** What there is to write to people about. */
export type MailTemplate =
  /** To somebody who registers. */
  | 'verify-email'
  /** To whom somebody tried to register, or to change to, whose address has an account. */
  | 'account-exists'
  | 'reset-password'
  | 'password-changed'
  /** To the new address. */
  | 'change-email'
  /** To the address that is to be given up. */
  | 'change-email-asked';

/** What a link in a mail is for. */
export type LinkPurpose = 'verify-email' | 'reset-password' | 'change-email';

/** Of these, those that people with an account have. */
export type TokenPurpose = Exclude<LinkPurpose, 'verify-email'>;

export interface NewToken {
  readonly id: string;
  readonly purpose: TokenPurpose;
  readonly userId?: string;
  readonly email?: string;
  readonly newEmail?: string;
  readonly expiresAt: Date;
}

/** A token with whom it belongs to. */
export interface TokenOwner {
  readonly userId: string;
  readonly email: string;
  readonly newEmail: string | null;
}

/** A mail that is due, claimed by one worker. */
export interface DueMail {
  readonly id: string;
  readonly template: MailTemplate;
  readonly language: Language;
  readonly tokenId: string | null;
  /** How often it was claimed, this time included. */
  readonly attempts: number;
  /** Null when there is nobody to write to, or the link would not work any more. */
  readonly to: string | null;
}

/** A mail as it is sent. */
export interface Mail {
  /** Of its place in the queue: the same when it is sent again. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  /** Plain. */
  readonly text: string;
  readonly link: string | null;
  /** What the link carries; applications hand it to the mutation that the mail is about. */
  readonly token: string | null;
}

/** Sends mails. An error means that it may not have been sent. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
  close(): void;
}
