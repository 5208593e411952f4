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
  /** The latest of an address is the only one: the links of those before it end. */
  async put(pending: PendingRegistration) {
    const { id, email, passwordHash, displayName, language, timeZone, expiresAt } = pending;
    await database.$executeRaw`
      INSERT INTO "learning"."pending_registrations"
        ("id", "email", "password_hash", "display_name", "language", "time_zone", "expires_at")
      VALUES (${id}::uuid, ${email}, ${passwordHash}, ${displayName}, ${language}, ${timeZone}, ${expiresAt}::timestamptz)
      ON CONFLICT ("email") DO UPDATE SET
        "id" = excluded."id", "password_hash" = excluded."password_hash",
        "display_name" = excluded."display_name", "language" = excluded."language",
        "time_zone" = excluded."time_zone", "expires_at" = excluded."expires_at"`;
  },

  /** Takes a registration away; of two who try at once one gets it. @returns null when there is none any more */
  async take(id: string, now: Date): Promise<PendingRegistration | null> {
    const rows = await database.$queryRaw<PendingRegistration[]>`
      DELETE FROM "learning"."pending_registrations"
       WHERE "id" = ${id}::uuid AND "expires_at" > ${now}::timestamptz
      RETURNING "id", "email", "password_hash" AS "passwordHash", "display_name" AS "displayName",
                "language", "time_zone" AS "timeZone", "expires_at" AS "expiresAt"`;
    return rows[0] ?? null;
  },
});
