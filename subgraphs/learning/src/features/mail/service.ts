import { createHash } from 'node:crypto';
import type { Work } from '@pcc/events';
import { newId, type Clock } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { LinkTokens } from './link-token.js';
import type { MailTemplate, TokenOwner, TokenPurpose } from './model.js';
import { mailRepository, type MailToAddress } from './repository.js';

export interface MailDeps {
  readonly database: Database;
  readonly tokens: LinkTokens;
  readonly clock: Clock;
  /** Says that there is a mail to send. */
  readonly wake: () => void;
}

/** Mails of one kind that an address gets in an hour, whoever asks for them. */
export const mailsPerHour = 3;
const hourMs = 60 * 60 * 1000;
const weekMs = 7 * 24 * hourMs;

/** How long a link works. */
export const linkMs: Readonly<Record<TokenPurpose, number>> = {
  'reset-password': hourMs,
  'change-email': 24 * hourMs,
};

export type MailService = ReturnType<typeof mailService>;

/**
 * Account mails. Whoever writes something that a mail is about queues the mail in the same transaction; the worker sends
 * it. What is asked for an unknown address takes the same statements as for a known one.
 */
export const mailService = ({ database, tokens, clock, wake }: MailDeps) => {
  const mails = mailRepository(database);
  const hourBefore = (now: Date) => new Date(now.getTime() - hourMs);

  return {
    /** Whether an address may get one more mail of this kind. Nobody is told when not. */
    async mayWrite({ transaction }: Work<Database>, email: string, kind: MailTemplate) {
      const now = clock.now();
      const repository = mailRepository(transaction);
      const count = await repository.count(hashOf(email), kind, now, hourBefore(now));
      return count <= mailsPerHour;
    },

    /** A mail to a person's own address. */
    async write(
      { transaction, afterCommit }: Work<Database>,
      template: MailTemplate,
      userId: string,
    ): Promise<void> {
      const mail = { template, userId, tokenId: null, now: clock.now() };
      await mailRepository(transaction).insert(mail);
      afterCommit(wake);
    },

    /** A mail to an address, which may be somebody's or not. */
    async writeToAddress(
      { transaction, afterCommit }: Work<Database>,
      mail: MailToAddress,
    ): Promise<void> {
      await mailRepository(transaction).insertToAddress(mail, clock.now());
      afterCommit(wake);
    },

    /** What the link of a mail will allow. @returns its id */
    async allow(
      { transaction }: Work<Database>,
      token: {
        readonly purpose: TokenPurpose;
        readonly userId?: string;
        readonly email?: string;
        readonly newEmail?: string;
      },
    ): Promise<string> {
      const id = newId();
      const expiresAt = new Date(clock.now().getTime() + linkMs[token.purpose]);
      await mailRepository(transaction).insertToken({ ...token, id, expiresAt });
      return id;
    },

    /** The token of a link, for an operator to hand on by himself. */
    tokenOf: (purpose: TokenPurpose, id: string): string => tokens.sign(purpose, id),

    /** The pending registration that the token of a link names; `null` for a forged one. */
    registrationOf: (token: string): string | null => tokens.read('verify-email', token),

    /** Who may do what the token says; `null` when it is forged, used, or too old. */
    async ownerOf(
      purpose: TokenPurpose,
      token: string,
    ): Promise<(TokenOwner & { readonly tokenId: string }) | null> {
      const tokenId = tokens.read(purpose, token);
      if (tokenId === null) return null;
      const owner = await mails.findToken(tokenId, purpose, clock.now());
      return owner && { ...owner, tokenId };
    },

    /**
     * Uses a token, and ends every other link that its owner was mailed: whoever asked for another address or password
     * before, with what was stolen, must not get it after she has put things right.
     * @returns false when somebody was faster
     */
    async use(
      { transaction }: Work<Database>,
      { userId, tokenId }: { readonly userId: string; readonly tokenId: string },
    ): Promise<boolean> {
      const taken = await mailRepository(transaction).takeTokens(userId);
      return taken.includes(tokenId);
    },

    /** Ends every link that a person was mailed. Before her own row is locked, as where a link is used. */
    async withdraw({ transaction }: Work<Database>, userId: string): Promise<void> {
      await mailRepository(transaction).takeTokens(userId);
    },

    /** Deletes what is of no use any more: links that have ended, mails a week old. */
    async sweep(): Promise<void> {
      const now = clock.now();
      const mailsBefore = new Date(now.getTime() - weekMs);
      await mails.sweep({ mails: mailsBefore, limits: hourBefore(now), links: now });
    },
  };
};

/** Addresses are kept as hashes where they need not be read: most unknown ones are typing errors of real people. */
const hashOf = (email: string) => createHash('sha256').update(email).digest('base64url');
