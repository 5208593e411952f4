import { waitFor } from './wait-for.js';

/** The part of a mail that tests need. */
export interface ReceivedMail {
  readonly to: string;
  readonly text: string;
  /** What its link carries. */
  readonly token: string | null;
}

/** Where the mails of a platform under test arrive. */
export interface Mailbox {
  /** Newest first. */
  mails(): Promise<readonly ReceivedMail[]>;
}

/** The mailbox that learning serves while it has no mail server. */
export const httpMailbox = (url: string): Mailbox => ({
  mails: async () => (await (await fetch(url)).json()) as ReceivedMail[],
});

/** Waits for a mail with a link to this address. @returns the token of the newest */
export const mailedToken = (mailbox: Mailbox, to: string): Promise<string> =>
  waitFor(async () => (await mailbox.mails()).find((mail) => mail.to === to)?.token, {
    what: `a mail to ${to}`,
  });
