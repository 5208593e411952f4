import type { Logger } from '@pcc/platform';
import type { LiveSession, SessionStore } from '../ports.js';
import { memoryPubSub } from './pub-sub.js';

const sweepMs = 60_000;

export function memorySessions(logger: Logger): SessionStore & { close(): void } {
  const sessions = new Map<string, LiveSession>();
  const byUser = new Map<string, Set<string>>();
  const revocations = memoryPubSub(logger);
  const isExpired = ({ expiresAt }: LiveSession) => expiresAt.getTime() <= Date.now();

  const drop = (sessionId: string): boolean => {
    const session = sessions.get(sessionId);
    if (!session) return false;
    sessions.delete(sessionId);
    const ids = byUser.get(session.userId);
    ids?.delete(sessionId);
    if (ids?.size === 0) byUser.delete(session.userId);
    return true;
  };
  const live = (sessionId: string): LiveSession | undefined => {
    const session = sessions.get(sessionId);
    return session && !isExpired(session) ? session : undefined;
  };
  const list = (userId: string): LiveSession[] =>
    [...(byUser.get(userId) ?? [])]
      .flatMap((id) => live(id) ?? [])
      .sort((one, other) => one.expiresAt.getTime() - other.expiresAt.getTime());
  const revoke = async (sessionId: string): Promise<void> => {
    if (drop(sessionId)) await revocations.publish('revoked', { payload: sessionId });
  };

  const timer = setInterval(() => {
    for (const [id, session] of sessions) if (isExpired(session)) drop(id);
  }, sweepMs);
  timer.unref();

  return {
    async put(session) {
      drop(session.id);
      sessions.set(session.id, { ...session });
      const ids = byUser.get(session.userId) ?? new Set();
      byUser.set(session.userId, ids.add(session.id));
    },
    isLive: async (sessionId) => live(sessionId) !== undefined,
    revoke,
    async revokeAll(userId) {
      const ids = list(userId).map(({ id }) => id);
      for (const id of ids) await revoke(id);
      return ids;
    },
    list: async (userId) => list(userId),
    onRevoked: (listener) =>
      revocations.subscribe('revoked', ({ payload }) => listener(String(payload))),
    close: () => clearInterval(timer),
  };
}
