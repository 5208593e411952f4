import type { Redis } from 'ioredis';
import type { LiveSession, PubSub, SessionStore } from '../ports.js';
import { command } from './connection.js';

const sessionKey = (id: string): string => `session:${id}`;
/** Session ids scored by expiry, so that expired ones can be cut off. */
const userKey = (userId: string): string => `sessions-of:${userId}`;
const revokedTopic = 'sessions.revoked';

/** Keeps the user's set as long as the session in it that lives longest. */
const putScript = `
redis.call('set', KEYS[1], ARGV[1], 'PXAT', ARGV[2])
redis.call('zadd', KEYS[2], ARGV[2], ARGV[3])
redis.call('zremrangebyscore', KEYS[2], '-inf', ARGV[4])
local last = redis.call('zrange', KEYS[2], -1, -1, 'WITHSCORES')
redis.call('pexpireat', KEYS[2], last[2])`;

export function redisSessions(redis: Redis, pubSub: PubSub): SessionStore {
  const list = async (userId: string): Promise<LiveSession[]> => {
    const flat = await command(() =>
      redis.zrange(userKey(userId), `(${Date.now()}`, '+inf', 'BYSCORE', 'WITHSCORES'),
    );
    return pairs(flat).map(([id, expiry]) => ({ id, userId, expiresAt: new Date(Number(expiry)) }));
  };
  const end = async (sessionId: string, userId: string): Promise<void> => {
    await command(() =>
      redis.multi().del(sessionKey(sessionId)).zrem(userKey(userId), sessionId).exec(),
    );
    await pubSub.publish(revokedTopic, { payload: sessionId });
  };

  return {
    async put({ id, userId, expiresAt }) {
      const expiry = expiresAt.getTime();
      if (expiry <= Date.now()) return;
      const keys = [sessionKey(id), userKey(userId)];
      await command(() => redis.eval(putScript, 2, ...keys, userId, expiry, id, Date.now()));
    },
    isLive: async (sessionId) => (await command(() => redis.exists(sessionKey(sessionId)))) === 1,
    async revoke(sessionId) {
      const userId = await command(() => redis.get(sessionKey(sessionId)));
      if (userId !== null) await end(sessionId, userId);
    },
    async revokeAll(userId) {
      const sessions = await list(userId);
      for (const { id } of sessions) await end(id, userId);
      return sessions.map(({ id }) => id);
    },
    list,
    onRevoked: (listener) =>
      pubSub.subscribe(revokedTopic, ({ payload }) => listener(String(payload))),
  };
}

const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((id, index) =>
    index % 2 === 0 ? [[id, flat[index + 1] ?? ''] as [string, string]] : [],
  );
