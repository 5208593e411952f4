import type { UnitOfWork } from '@pcc/events';
import { AppError, isId, ok, refuse, type Clock, type Result, type Viewer } from '@pcc/platform';
import type { Database } from '../../database.js';
import type { OpenSession } from './model.js';
import { sessionRepository } from './repository.js';
import type { SessionService } from './service.js';

export interface OpenSessionDeps {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork<Database>;
  readonly sessions: SessionService;
  readonly clock: Clock;
}

/** What people see of their sessions, and how they end them. */
export const openSessionService = (deps: OpenSessionDeps) => {
  const { database, unitOfWork, sessions, clock } = deps;
  const stored = sessionRepository(database);

  const end = async (sessionId: string): Promise<Result<string>> => {
    await stored.revoke([sessionId], 'LOG_OUT', clock.now());
    await sessions.forget([sessionId]);
    return ok(sessionId);
  };

  return {
    /** Ends the viewer's own session, which may be an admin's as her. Harmless when it has ended already. */
    async logOut(viewer: Viewer): Promise<Result<string>> {
      const userId = viewer.mustBeSignedIn();
      const { sessionId } = viewer;
      const own =
        sessionId !== null && isId(sessionId) && (await stored.belongsTo(sessionId, userId));
      if (!own) throw new AppError('UNAUTHENTICATED', 'There is no such session.');
      return end(sessionId);
    },

    /** Where the viewer is signed in; null for anybody else's. */
    async listOf(viewer: Viewer, userId: string): Promise<OpenSession[] | null> {
      if (viewer.id !== userId) return null;
      const live = await stored.live(userId, clock.now());
      return live.map(({ createdAt, lastUsedAt, ...session }) => ({
        ...session,
        startedAt: createdAt,
        lastUsedAt: lastUsedAt ?? createdAt,
        isCurrent: session.id === viewer.sessionId,
      }));
    },

    /** Ends one of the viewer's sessions. Harmless when it has ended already. */
    async revoke(viewer: Viewer, sessionId: string): Promise<Result<string>> {
      const userId = viewer.mustBeHerself();
      if (isId(sessionId) && (await stored.isOwn(sessionId, userId))) return end(sessionId);
      return refuse('NOT_FOUND', 'There is no such session.', 'input.sessionId');
    },

    async logOutEverywhere(viewer: Viewer): Promise<Result<string[]>> {
      const userId = viewer.mustBeHerself();
      const ended = await unitOfWork.run((work) => sessions.endAll(work, userId, 'LOG_OUT'));
      await sessions.forget(ended);
      return ok(ended);
    },
  };
};
