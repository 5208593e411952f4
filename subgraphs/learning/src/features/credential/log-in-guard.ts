import { createHash } from 'node:crypto';
import type { Database } from '../../database.js';

/** DESIGN section 9: 5 failures lock for 15 minutes. */
export const maximumFailures = 5;
export const lockMs = 15 * 60 * 1000;

/**
 * Counts failed log-ins by e-mail address, known or not. Addresses are kept as hashes: most unknown ones
 * are typing errors of real people.
 */
export const logInGuard = (database: Database) => ({
  async isLocked(email: string, now: Date): Promise<boolean> {
    const row = await database.logInFailure.findUnique({ where: { emailHash: hashOf(email) } });
    return row?.lockedUntil != null && row.lockedUntil > now;
  },

  /** Counts a failure; one long after the last starts anew. */
  async recordFailure(email: string, now: Date): Promise<void> {
    const stale = new Date(now.getTime() - lockMs);
    const lockedUntil = new Date(now.getTime() + lockMs);
    await database.$executeRaw`
      INSERT INTO "learning"."log_in_failures" AS f ("email_hash", "failures", "last_failed_at")
      VALUES (${hashOf(email)}, 1, ${now}::timestamptz)
      ON CONFLICT ("email_hash") DO UPDATE SET
        "failures" = CASE WHEN f."last_failed_at" < ${stale}::timestamptz THEN 1 ELSE f."failures" + 1 END,
        "locked_until" = CASE
          WHEN f."locked_until" > ${now}::timestamptz THEN f."locked_until"
          WHEN f."last_failed_at" >= ${stale}::timestamptz AND f."failures" + 1 >= ${maximumFailures}::int
            THEN ${lockedUntil}::timestamptz
        END,
        "last_failed_at" = ${now}::timestamptz`;
    await database.logInFailure.deleteMany({ where: { lastFailedAt: { lt: stale } } });
  },

  /**
   * Forgets the failures after a right password. In the log-in's own transaction.
   * @returns false when guesses made at the same time have locked the address: then this one does not count either
   */
  async recordSuccess(email: string, now: Date): Promise<boolean> {
    const emailHash = hashOf(email);
    await database.logInFailure.deleteMany({
      where: { emailHash, OR: [{ lockedUntil: null }, { lockedUntil: { lte: now } }] },
    });
    // A failure counted at this moment is none to refuse a right password for; a lock is.
    return (
      (await database.logInFailure.count({ where: { emailHash, lockedUntil: { gt: now } } })) === 0
    );
  },

  /** Forgets all failures, and opens a locked address. */
  async forget(email: string): Promise<void> {
    await database.logInFailure.deleteMany({ where: { emailHash: hashOf(email) } });
  },
});

const hashOf = (email: string) => createHash('sha256').update(email).digest('base64url');
