import { createHash, randomBytes } from 'node:crypto';
import type { UnitOfWork, Work } from '@pcc/events';
import { AppError, newId, ok, refuse, type Clock, type Result } from '@pcc/platform';
import type { LiveSession, RedisPorts } from '@pcc/stores';
import type { Database } from '../../database.js';
import type { AccessTokens } from './access-token.js';
import { deviceName } from './device.js';
import type { IssuedImpersonation, IssuedSession, RevokeReason } from './model.js';
import { sessionRepository } from './repository.js';

export type { IssuedImpersonation, IssuedSession, OpenSession } from './model.js';

const refreshTokenMs = 7 * 24 * 60 * 60 * 1000;
/** Two tabs may refresh at once: a token used a moment ago is no theft. */
const graceMs = 30_000;
const maximumSessions = 3;
const keepExpiredMs = 30 * 24 * 60 * 60 * 1000;
const reloadPage = 500;

export interface SessionDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  /** Live sessions and revocations, which the router consults on every request. */
  readonly live: RedisPorts['sessions'];
  readonly accessTokens: AccessTokens;
  readonly clock: Clock;
}

/** A session that was written; `activate` makes it known once the transaction has committed. */
export interface StartedSession {
  readonly issued: IssuedSession;
  readonly sessionExpiresAt: Date;
  /** Older sessions that had to make room. */
  readonly ended: readonly string[];
}

export type SessionService = ReturnType<typeof sessionService>;

/** Sessions know people by id only; who may have one is decided by the account feature. */
export const sessionService = (deps: SessionDeps) => {
  const { database, unitOfWork, live, accessTokens, clock } = deps;
  const sessions = sessionRepository(database);

  const issue = async (
    transaction: Database,
    session: {
      sessionId: string;
      userId: string;
      role: Parameters<AccessTokens['sign']>[0]['role'];
    },
    expiresAt: Date,
  ): Promise<IssuedSession> => {
    const refreshToken = randomBytes(32).toString('base64url');
    await sessionRepository(transaction).insertToken({
      tokenHash: hashOf(refreshToken),
      sessionId: session.sessionId,
      createdAt: clock.now(),
      expiresAt,
    });
    const access = await accessTokens.sign(session);
    return {
      sessionId: session.sessionId,
      userId: session.userId,
      accessToken: access.token,
      refreshToken,
      expiresAt: access.expiresAt,
    };
  };

  /**
   * Ends all live sessions of a person in a transaction, admins' as her and hers as others too; `forget` must follow its
   * commit.
   * @param exceptId one that goes on
   */
  const endAll = async (
    { transaction }: Work<Database>,
    userId: string,
    reason: RevokeReason,
    exceptId: string | null = null,
  ): Promise<string[]> => {
    const repository = sessionRepository(transaction);
    await repository.lockOwner(userId);
    const live = await repository.allLiveIds(userId, clock.now());
    const ids = live.filter((id) => id !== exceptId);
    await repository.revoke(ids, reason, clock.now());
    return ids;
  };

  /** Not left to `afterCommit`: a revocation that did not reach the router must fail loudly, so that it is repeated. */
  const forget = async (sessionIds: readonly string[]): Promise<void> => {
    for (const id of sessionIds) await live.revoke(id);
  };

  /**
   * Tells the router. What was ended between the commit and now is taken back: whoever ended it told the
   * router so before there was anything to end there.
   */
  const makeKnown = async (session: LiveSession): Promise<void> => {
    await live.put(session);
    await forget(await sessions.revokedAmong([session.id]));
  };

  return {
    endAll,
    forget,

    /**
     * Starts a session for a person who has proven who they are. Emits `session.started`.
     * @returns null when she is suspended
     */
    async start(
      { transaction, emit }: Work<Database>,
      userId: string,
      device?: string | null,
    ): Promise<StartedSession | null> {
      const repository = sessionRepository(transaction);
      const now = clock.now();
      const owner = await repository.lockOwner(userId);
      if (owner === null) throw new AppError('UNAUTHENTICATED');
      if (owner.isSuspended) return null;
      const { role } = owner;
      await repository.deleteExpired(userId, new Date(now.getTime() - keepExpiredMs));
      const live = await repository.live(userId, now);
      const ended = live.slice(maximumSessions - 1).map(({ id }) => id);
      await repository.revoke(ended, 'TOO_MANY_SESSIONS', now);
      const sessionId = newId();
      const sessionExpiresAt = new Date(now.getTime() + refreshTokenMs);
      await repository.insert({
        id: sessionId,
        userId,
        createdAt: now,
        expiresAt: sessionExpiresAt,
        device: deviceName(device),
      });
      const issued = await issue(transaction, { sessionId, userId, role }, sessionExpiresAt);
      await emit('session.started', { aggregateId: sessionId, data: { userId, sessionId } });
      return { issued, sessionExpiresAt, ended };
    },

    /** Makes a started session live for the router. After the commit. */
    async activate({ issued, sessionExpiresAt, ended }: StartedSession): Promise<IssuedSession> {
      const { sessionId: id, userId } = issued;
      await makeKnown({ id, userId, expiresAt: sessionExpiresAt });
      await forget(ended);
      return issued;
    },

    /**
     * Starts a short session of somebody for an admin, without a refresh token.
     * @returns null for an admin, whom nobody may act as, and for somebody suspended
     */
    async startImpersonation(
      { transaction }: Work<Database>,
      { adminId, userId, reason }: { adminId: string; userId: string; reason: string },
    ): Promise<IssuedImpersonation | null> {
      const repository = sessionRepository(transaction);
      const person = await repository.lockOwner(userId);
      if (person === null || person.role === 'admin' || person.isSuspended) return null;
      const sessionId = newId();
      const { role } = person;
      const access = await accessTokens.sign({ userId, sessionId, role, actorId: adminId });
      const { token: accessToken, expiresAt } = access;
      await repository.insert({
        id: sessionId,
        userId,
        createdAt: clock.now(),
        expiresAt,
        device: null,
      });
      await repository.insertImpersonation({ sessionId, adminId, reason });
      return { sessionId, userId, accessToken, expiresAt };
    },

    /** Makes it live for the router. After the commit. */
    activateImpersonation: ({ sessionId: id, userId, expiresAt }: IssuedImpersonation) =>
      makeKnown({ id, userId, expiresAt }),

    /** Rotates a refresh token. One that was used before, outside the grace, ends every session of its owner. */
    async refresh(refreshToken: string): Promise<Result<IssuedSession>> {
      const tokenHash = hashOf(refreshToken);
      const outcome = await unitOfWork.run(async (work) => {
        const repository = sessionRepository(work.transaction);
        const found = await repository.findToken(tokenHash);
        if (found === null) return null;
        // Read again under the owner's lock: another request may have used the token meanwhile.
        await repository.lockOwner(found.userId);
        const token = await repository.findToken(tokenHash);
        const now = clock.now();
        if (token === null || token.sessionRevokedAt !== null || token.expiresAt <= now)
          return null;
        if (token.usedAt !== null && now.getTime() - token.usedAt.getTime() > graceMs) {
          return { ended: await endAll(work, token.userId, 'REPLAY') };
        }
        await repository.markUsed(tokenHash, now);
        const sessionExpiresAt = new Date(now.getTime() + refreshTokenMs);
        await repository.extend(token.sessionId, now, sessionExpiresAt);
        return { issued: await issue(work.transaction, token, sessionExpiresAt), sessionExpiresAt };
      });
      if (outcome === null) {
        return refuse(
          'INVALID_REFRESH_TOKEN',
          'The refresh token is unknown, expired, or its session has ended: log in again.',
          'input.refreshToken',
        );
      }
      if ('ended' in outcome) {
        await forget(outcome.ended);
        return refuse(
          'REFRESH_TOKEN_REUSED',
          'This refresh token was used before. For safety every session has been ended: log in again.',
          'input.refreshToken',
        );
      }
      const { issued, sessionExpiresAt } = outcome;
      await makeKnown({ id: issued.sessionId, userId: issued.userId, expiresAt: sessionExpiresAt });
      return ok(issued);
    },

    /**
     * Fills the session store from the database: a store in memory is empty when the process starts. What
     * is revoked meanwhile stays revoked, because each page is checked again after it was put.
     */
    async reload(): Promise<number> {
      let count = 0;
      let after: string | null = null;
      for (;;) {
        const page = await sessions.livePage(after, clock.now(), reloadPage);
        for (const session of page) await live.put(session);
        await forget(await sessions.revokedAmong(page.map(({ id }) => id)));
        count += page.length;
        after = page.at(-1)?.id ?? null;
        if (page.length < reloadPage) return count;
      }
    },
  };
};

/** A random token needs no slow hash: it cannot be guessed. */
const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');
