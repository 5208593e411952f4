import type { Role } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { RevokeReason } from './model.js';

/** A refresh token with its session and owner. */
export interface TokenRow {
  readonly sessionId: string;
  readonly userId: string;
  readonly role: Role;
  readonly usedAt: Date | null;
  readonly expiresAt: Date;
  readonly sessionRevokedAt: Date | null;
}

/** A person whose sessions are about to change. */
export interface LockedOwner {
  readonly role: Role;
  readonly isSuspended: boolean;
}

export interface NewSession {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly device: string | null;
}

/** Sessions of the person herself: those of admins who act as her are not hers to count or to see. */
const herself = { impersonation: { is: null } };

export const sessionRepository = (database: Database) => ({
  /** Whatever changes sessions of one person waits in line here, so "at most 3" and "used once" hold. */
  async lockOwner(userId: string): Promise<LockedOwner | null> {
    const rows = await database.$queryRaw<LockedOwner[]>`
      SELECT "role", "suspended_at" IS NOT NULL AS "isSuspended" FROM "learning"."users"
       WHERE "id" = ${userId}::uuid FOR NO KEY UPDATE`;
    return rows[0] ?? null;
  },

  async insert(session: NewSession) {
    await database.userSession.create({ data: session });
  },

  async insertImpersonation(impersonation: { sessionId: string; adminId: string; reason: string }) {
    await database.impersonation.create({ data: impersonation });
  },

  async insertToken(token: {
    tokenHash: string;
    sessionId: string;
    createdAt: Date;
    expiresAt: Date;
  }) {
    await database.userSessionToken.create({ data: token });
  },

  async findToken(tokenHash: string): Promise<TokenRow | null> {
    const rows = await database.$queryRaw<TokenRow[]>`
      SELECT t."session_id" AS "sessionId", s."user_id" AS "userId", u."role",
             t."used_at" AS "usedAt", t."expires_at" AS "expiresAt", s."revoked_at" AS "sessionRevokedAt"
        FROM "learning"."user_session_tokens" AS t
        JOIN "learning"."user_sessions" AS s ON s."id" = t."session_id"
        JOIN "learning"."users" AS u ON u."id" = s."user_id"
       WHERE t."token_hash" = ${tokenHash}`;
    return rows[0] ?? null;
  },

  /** The first use counts: the grace runs from it. */
  async markUsed(tokenHash: string, at: Date) {
    await database.userSessionToken.updateMany({
      where: { tokenHash, usedAt: null },
      data: { usedAt: at },
    });
  },

  /** The session was used, and lives on. */
  async extend(sessionId: string, usedAt: Date, expiresAt: Date) {
    const data = { expiresAt, lastUsedAt: usedAt };
    await database.userSession.update({ where: { id: sessionId }, data });
  },

  /** Where the person is signed in, newest first. */
  live: (userId: string, now: Date) =>
    database.userSession.findMany({
      where: { userId, revokedAt: null, expiresAt: { gt: now }, ...herself },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      select: { id: true, device: true, createdAt: true, lastUsedAt: true, expiresAt: true },
    }),

  /** All that lives by a person: her sessions, those of admins who act as her, and those in which she acts as others. */
  async allLiveIds(userId: string, now: Date): Promise<string[]> {
    const rows = await database.$queryRaw<{ id: string }[]>`
      SELECT "id" FROM "learning"."user_sessions"
       WHERE "user_id" = ${userId}::uuid AND "revoked_at" IS NULL AND "expires_at" > ${now}::timestamptz
      UNION ALL
      SELECT s."id" FROM "learning"."impersonations" AS i
        JOIN "learning"."user_sessions" AS s ON s."id" = i."session_id"
       WHERE i."admin_id" = ${userId}::uuid AND s."revoked_at" IS NULL AND s."expires_at" > ${now}::timestamptz`;
    return rows.map(({ id }) => id);
  },

  async revoke(ids: readonly string[], reason: RevokeReason, at: Date): Promise<number> {
    const { count } = await database.userSession.updateMany({
      where: { id: { in: [...ids] }, revokedAt: null },
      data: { revokedAt: at, revokeReason: reason },
    });
    return count;
  },

  async belongsTo(sessionId: string, userId: string): Promise<boolean> {
    return (await database.userSession.count({ where: { id: sessionId, userId } })) > 0;
  },

  async isOwn(sessionId: string, userId: string): Promise<boolean> {
    return (await database.userSession.count({ where: { id: sessionId, userId, ...herself } })) > 0;
  },

  /** Live sessions of everybody, by id, a page at a time. */
  livePage: (afterId: string | null, now: Date, limit: number) =>
    database.userSession.findMany({
      where: {
        revokedAt: null,
        expiresAt: { gt: now },
        ...(afterId === null ? {} : { id: { gt: afterId } }),
      },
      orderBy: { id: 'asc' },
      take: limit,
      select: { id: true, userId: true, expiresAt: true },
    }),

  async revokedAmong(ids: readonly string[]): Promise<string[]> {
    const rows = await database.userSession.findMany({
      where: { id: { in: [...ids] }, revokedAt: { not: null } },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  },

  /** Old sessions of one person go, with their tokens, when a new one starts. */
  async deleteExpired(userId: string, before: Date) {
    await database.userSession.deleteMany({ where: { userId, expiresAt: { lt: before } } });
  },
});
