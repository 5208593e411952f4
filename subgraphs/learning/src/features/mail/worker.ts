import { errorMessage, startWorker, type Clock, type Logger, type Worker } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { DueMail, Mail, Mailer } from './model.js';
import { mailRepository } from './repository.js';

export interface MailWorkerOptions {
  readonly database: Database;
  readonly mailer: Mailer;
  /** Address, link and words, made when it is sent. */
  readonly compose: (mail: DueMail & { readonly to: string }) => Mail;
  readonly sweep: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long to wait when there is nothing to do and nobody wakes the worker. */
  readonly pollMs?: number;
}

const batchSize = 10;
/** Longer than a mail server is waited for. */
export const leaseMs = 2 * 60_000;
const firstPauseMs = 10_000;
const longestPauseMs = 60 * 60_000;
/** With these pauses more than three hours. */
export const maximumAttempts = 12;
const sweepEveryMs = 60 * 60_000;

/** How long to wait after so many attempts. */
const pauseAfter = (attempts: number) =>
  Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 20));

/**
 * Sends the mails that are queued: claim, commit, send, mark. Whoever dies between two of these leaves a mail that is
 * sent when the lease has run out: at least once, never not at all. Any number of workers share a queue.
 */
export function startMailWorker(options: MailWorkerOptions): Worker {
  const { mailer, compose, sweep, clock, logger, pollMs = 1_000 } = options;
  const queue = mailRepository(options.database);
  let sweptAt = 0;
  const later = (ms: number) => new Date(clock.now().getTime() + ms);

  const deliver = async ({ to, ...mail }: DueMail): Promise<void> => {
    // Nobody has the address, or the link is of no use any more.
    if (to === null) return queue.discard(mail.id);
    try {
      await mailer.send(compose({ ...mail, to }));
    } catch (error) {
      const { id, template, attempts } = mail;
      const isLast = attempts >= maximumAttempts;
      // Without the address: logs are read by many.
      const line = { mailId: id, template, attempts };
      logger[isLast ? 'error' : 'warn'](line, `mail not sent: ${errorMessage(error)}`);
      return isLast
        ? queue.giveUp(id, clock.now())
        : queue.postpone(id, later(pauseAfter(attempts)));
    }
    await queue.markSent(mail.id, clock.now());
  };

  const step = async (): Promise<boolean> => {
    const due = await queue.claim(clock.now(), later(leaseMs), batchSize);
    const outcomes = await Promise.allSettled(due.map(deliver));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    if (Date.now() - sweptAt >= sweepEveryMs) {
      sweptAt = Date.now();
      await sweep();
    }
    return due.length === batchSize;
  };
  const worker = startWorker({ name: 'mail worker', step, pollMs, logger });

  return {
    wake: () => worker.wake(),
    async close() {
      await worker.close();
      mailer.close();
    },
  };
}
