import type { Logger } from '@pcc/platform';
import type { LiveSession, SessionStore } from '../ports.js';
import { memoryPubSub } from './pub-sub.js';

const sweepMs = 60_000;
const topic = 'revoked';

export function memorySessions(logger: Logger): SessionStore & { close(): void } {
  const sessions = new Map<string, LiveSession>();
  const byUser = new Map<string, Set<string>>();
  const revocations = memoryPubSub(logger);
  const isExpired = ({ expiresAt }: LiveSession) => expiresAt.getTime() <= Date.now();

  const drop = (sessionId: string): void => {
    const session = sessions.get(sessionId);
    if (!session) return;
    sessions.delete(sessionId);
    const ids = byUser.get(session.userId);
    ids?.delete(sessionId);
    if (ids?.size === 0) byUser.delete(session.userId);
  };
  const live = (sessionId: string): LiveSession | undefined => {
    const session = sessions.get(sessionId);
    return session && !isExpired(session) ? session : undefined;
  };
  const list = (userId: string): LiveSession[] =>
    [...(byUser.get(userId) ?? [])].flatMap((id) => live(id) ?? []).sort(byExpiryAndId);
  const revoke = async (sessionId: string): Promise<void> => {
    if (live(sessionId) === undefined) return;
    drop(sessionId);
    await revocations.publish(topic, { payload: sessionId });
  };

  const timer = setInterval(() => {
    for (const [id, session] of sessions) if (isExpired(session)) drop(id);
  }, sweepMs);
  timer.unref();

  return {
    async put(session) {
      drop(session.id);
      if (isExpired(session)) return;
      sessions.set(session.id, { ...session });
      const ids = byUser.get(session.userId) ?? new Set();
      byUser.set(session.userId, ids.add(session.id));
    },
    isLive: async (sessionId) => live(sessionId) !== undefined,
    revoke,
    async revokeAll(userId) {
      const ids = list(userId).map(({ id }) => id);
      for (const id of ids) drop(id); // all at once, before anybody else's turn
      for (const id of ids) await revocations.publish(topic, { payload: id });
      return ids;
    },
    list: async (userId) => list(userId),
    onRevoked: (listener) =>
      revocations.subscribe(topic, ({ payload }) => listener(String(payload))),
    close: () => clearInterval(timer),
  };
}

/** As Redis sorts a set. */
const byExpiryAndId = (one: LiveSession, other: LiveSession): number =>
  one.expiresAt.getTime() - other.expiresAt.getTime() || (one.id < other.id ? -1 : 1);
