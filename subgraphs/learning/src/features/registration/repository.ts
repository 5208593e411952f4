import type { Database } from '../../database.js';
import type { Language } from '../../languages.js';

/** What somebody has typed, until she has shown that the address is hers. */
export interface PendingRegistration {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly displayName: string;
  readonly language: Language;
  readonly timeZone: string;
  readonly expiresAt: Date;
}

export const registrationRepository = (database: Database) => ({
  /** One more of an address, perhaps: each has a link of its own. */
  async insert(pending: PendingRegistration) {
    const { id, email, passwordHash, displayName, language, timeZone, expiresAt } = pending;
    await database.$executeRaw`
      INSERT INTO "learning"."pending_registrations"
        ("id", "email", "password_hash", "display_name", "language", "time_zone", "expires_at")
      VALUES (${id}::uuid, ${email}, ${passwordHash}, ${displayName}, ${language}, ${timeZone}, ${expiresAt}::timestamptz)`;
  },

  /** @returns null when there is none, or none any more */
  async findPasswordHash(id: string, now: Date): Promise<string | null> {
    const found = await database.pendingRegistration.findFirst({
      where: { id, expiresAt: { gt: now } },
      select: { passwordHash: true },
    });
    return found?.passwordHash ?? null;
  },

  /**
   * Takes a registration away, and all others of its address, whose links end. Of two who try at once, with one link or
   * with two, one gets hers: rows are locked in one order.
   * @returns null when there is none any more
   */
  async take(id: string, now: Date): Promise<PendingRegistration | null> {
    const rows = await database.$queryRaw<PendingRegistration[]>`
      WITH locked AS (
        SELECT "id" FROM "learning"."pending_registrations"
         WHERE "email" = (SELECT "email" FROM "learning"."pending_registrations"
                           WHERE "id" = ${id}::uuid AND "expires_at" > ${now}::timestamptz)
         ORDER BY "id" FOR UPDATE)
      DELETE FROM "learning"."pending_registrations" AS p USING locked WHERE p."id" = locked."id"
      RETURNING p."id", p."email", p."password_hash" AS "passwordHash", p."display_name" AS "displayName",
                p."language", p."time_zone" AS "timeZone", p."expires_at" AS "expiresAt"`;
    return rows.find((row) => row.id === id) ?? null;
  },
});
