import { newId } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { Language } from '../../languages.js';
import type { DueMail, MailTemplate, NewToken, TokenOwner, TokenPurpose } from './model.js';

/** A mail to somebody of whom only the address is known. */
export interface MailToAddress {
  readonly email: string;
  /** To whoever has an account with this address. */
  readonly ifKnown: MailTemplate;
  /** To the address itself, when nobody has. */
  readonly otherwise: MailTemplate;
  readonly tokenId: string;
  /** Of somebody without an account. */
  readonly language: Language;
}

export const mailRepository = (database: Database) => ({
  /** Counts a mail. @returns how many were asked for in this hour, this one included */
  async count(addressHash: string, kind: string, now: Date, hourAgo: Date): Promise<number> {
    const rows = await database.$queryRaw<{ count: number }[]>`
      INSERT INTO "learning"."mail_limits" AS l ("address_hash", "kind", "count", "began_at")
      VALUES (${addressHash}, ${kind}, 1, ${now}::timestamptz)
      ON CONFLICT ("address_hash", "kind") DO UPDATE SET
        "count" = CASE WHEN l."began_at" <= ${hourAgo}::timestamptz THEN 1 ELSE l."count" + 1 END,
        "began_at" = CASE WHEN l."began_at" <= ${hourAgo}::timestamptz THEN ${now}::timestamptz ELSE l."began_at" END
      RETURNING "count"`;
    return rows[0]?.count ?? 0;
  },

  async insert(mail: {
    template: MailTemplate;
    userId: string;
    tokenId: string | null;
    now: Date;
  }) {
    await database.$executeRaw`
      INSERT INTO "learning"."mail_queue"
        ("id", "template", "language", "user_id", "token_id", "created_at", "available_at")
      SELECT ${newId()}::uuid, ${mail.template}, p."language", p."user_id", ${mail.tokenId}::uuid,
             ${mail.now}::timestamptz, ${mail.now}::timestamptz
        FROM "learning"."user_preferences" AS p WHERE p."user_id" = ${mail.userId}::uuid`;
  },

  /** One statement and one row, whether or not somebody has the address: time and statements tell nothing. */
  async insertToAddress(
    { email, ifKnown, otherwise, tokenId, language }: MailToAddress,
    now: Date,
  ) {
    await database.$executeRaw`
      INSERT INTO "learning"."mail_queue"
        ("id", "template", "language", "user_id", "token_id", "created_at", "available_at")
      SELECT ${newId()}::uuid, CASE WHEN u."id" IS NULL THEN ${otherwise} ELSE ${ifKnown} END,
             COALESCE(p."language", ${language}), u."id", ${tokenId}::uuid,
             ${now}::timestamptz, ${now}::timestamptz
        FROM (SELECT ${email}::text AS "email") AS address
        LEFT JOIN "learning"."users" AS u ON u."email" = address."email"
        LEFT JOIN "learning"."user_preferences" AS p ON p."user_id" = u."id"`;
  },

  /**
   * Takes mails that are due until `leaseEnd`; somebody else gets them then, if they are not settled: this process died.
   */
  claim: (now: Date, leaseEnd: Date, limit: number) =>
    database.$queryRaw<DueMail[]>`
      /* mail worker */ WITH due AS (
        SELECT "id" FROM "learning"."mail_queue"
         WHERE "sent_at" IS NULL AND "failed_at" IS NULL AND "available_at" <= ${now}::timestamptz
         ORDER BY "available_at" LIMIT ${limit}::int FOR UPDATE SKIP LOCKED),
      claimed AS (
        UPDATE "learning"."mail_queue" AS m
           SET "available_at" = ${leaseEnd}::timestamptz, "attempts" = m."attempts" + 1
          FROM due WHERE m."id" = due."id" RETURNING m.*)
      SELECT c."id", c."template", c."language", c."token_id" AS "tokenId", c."attempts",
             CASE WHEN c."template" = 'verify-email' THEN r."email"
                  WHEN c."template" = 'change-email' THEN t."new_email"
                  WHEN c."template" = 'reset-password' AND t."id" IS NULL THEN NULL
                  ELSE u."email" END AS "to"
        FROM claimed AS c
        LEFT JOIN "learning"."pending_registrations" AS r
          ON r."id" = c."token_id" AND r."expires_at" > ${now}::timestamptz
        LEFT JOIN "learning"."mailed_tokens" AS t
          ON t."id" = c."token_id" AND t."expires_at" > ${now}::timestamptz
        LEFT JOIN "learning"."users" AS u ON u."id" = c."user_id"`,

  async markSent(id: string, at: Date) {
    await database.$executeRaw`
      /* mail worker */ UPDATE "learning"."mail_queue" SET "sent_at" = ${at}::timestamptz WHERE "id" = ${id}::uuid`;
  },

  async postpone(id: string, until: Date) {
    await database.$executeRaw`
      /* mail worker */ UPDATE "learning"."mail_queue" SET "available_at" = ${until}::timestamptz WHERE "id" = ${id}::uuid`;
  },

  async giveUp(id: string, at: Date) {
    await database.$executeRaw`
      /* mail worker */ UPDATE "learning"."mail_queue" SET "failed_at" = ${at}::timestamptz WHERE "id" = ${id}::uuid`;
  },

  async discard(id: string) {
    await database.$executeRaw`
      /* mail worker */ DELETE FROM "learning"."mail_queue" WHERE "id" = ${id}::uuid`;
  },

  /** Deletes what is of no use any more. */
  async sweep(before: { readonly mails: Date; readonly limits: Date; readonly links: Date }) {
    await database.$executeRaw`
      /* mail worker */ DELETE FROM "learning"."mail_queue" WHERE "created_at" < ${before.mails}::timestamptz`;
    await database.$executeRaw`
      /* mail worker */ DELETE FROM "learning"."mail_limits" WHERE "began_at" < ${before.limits}::timestamptz`;
    await database.$executeRaw`
      /* mail worker */ DELETE FROM "learning"."mailed_tokens" WHERE "expires_at" < ${before.links}::timestamptz`;
    await database.$executeRaw`
      /* mail worker */ DELETE FROM "learning"."pending_registrations" WHERE "expires_at" < ${before.links}::timestamptz`;
  },

  /** Of `userId`, or of whoever has the address `email`; of nobody, when nobody has. */
  async insertToken(token: NewToken) {
    const { id, purpose, userId = null, email = null, newEmail = null, expiresAt } = token;
    await database.$executeRaw`
      INSERT INTO "learning"."mailed_tokens" ("id", "purpose", "user_id", "new_email", "expires_at")
      SELECT ${id}::uuid, ${purpose}, COALESCE(${userId}::uuid, u."id"), ${newEmail}, ${expiresAt}::timestamptz
        FROM (SELECT ${email}::text AS "email") AS address
        LEFT JOIN "learning"."users" AS u ON u."email" = address."email"`;
  },

  /** A token that works still, with its owner. */
  async findToken(id: string, purpose: TokenPurpose, now: Date): Promise<TokenOwner | null> {
    const rows = await database.$queryRaw<TokenOwner[]>`
      SELECT u."id" AS "userId", u."email", t."new_email" AS "newEmail"
        FROM "learning"."mailed_tokens" AS t JOIN "learning"."users" AS u ON u."id" = t."user_id"
       WHERE t."id" = ${id}::uuid AND t."purpose" = ${purpose} AND t."expires_at" > ${now}::timestamptz`;
    return rows[0] ?? null;
  },

  /** Takes away all tokens that a person has. In one order, so that two at once cannot lock each other out. */
  async takeTokens(userId: string): Promise<string[]> {
    const rows = await database.$queryRaw<{ id: string }[]>`
      DELETE FROM "learning"."mailed_tokens" WHERE "id" IN (
        SELECT "id" FROM "learning"."mailed_tokens"
         WHERE "user_id" = ${userId}::uuid ORDER BY "id" FOR UPDATE)
      RETURNING "id"`;
    return rows.map(({ id }) => id);
  },
});
