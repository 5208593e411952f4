import type { Redis } from 'ioredis';
import type { LiveSession, PubSub, SessionStore } from '../ports.js';
import { command } from './connection.js';
import { channelOf } from './pub-sub.js';

const sessionPrefix = 'session:';
/** Session ids scored by expiry, so that expired ones can be cut off. */
const userPrefix = 'sessions-of:';
const revokedTopic = 'sessions.revoked';

/** Of Redis, which also decides when a session's key is gone: one clock for all answers. */
const now = `local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * Moves the session if it was another user's, and keeps the user's set as long as the session in it that lives
 * longest. A moment that has passed ends it.
 */
const putScript = `${now}
local id, userId, expiry = ARGV[1], ARGV[2], ARGV[3]
local earlier = redis.call('get', KEYS[1])
if earlier and earlier ~= userId then redis.call('zrem', '${userPrefix}' .. earlier, id) end
redis.call('set', KEYS[1], userId, 'PXAT', expiry)
redis.call('zadd', KEYS[2], expiry, id)
redis.call('zremrangebyscore', KEYS[2], '-inf', now)
local last = redis.call('zrange', KEYS[2], -1, -1, 'WITHSCORES')
if last[2] then redis.call('pexpireat', KEYS[2], last[2]) end`;

/** Ends it and tells of it in one step: of two at once, one does. */
const revokeScript = `local id, channel = ARGV[1], ARGV[2]
local userId = redis.call('get', KEYS[1])
if not userId then return end
redis.call('del', KEYS[1])
redis.call('zrem', '${userPrefix}' .. userId, id)
redis.call('publish', channel, cjson.encode({ payload = id }))`;

const revokeAllScript = `${now}
local channel = ARGV[1]
local ids = redis.call('zrange', KEYS[1], '(' .. now, '+inf', 'BYSCORE')
redis.call('del', KEYS[1])
for _, id in ipairs(ids) do
  redis.call('del', '${sessionPrefix}' .. id)
  redis.call('publish', channel, cjson.encode({ payload = id }))
end
return ids`;

const listScript = `${now}
return redis.call('zrange', KEYS[1], '(' .. now, '+inf', 'BYSCORE', 'WITHSCORES')`;

/** On one Redis: its scripts touch keys that a cluster would spread. */
export function redisSessions(redis: Redis, pubSub: PubSub): SessionStore {
  const channel = channelOf(revokedTopic);
  const run = (script: string, keys: readonly string[], ...values: (string | number)[]) =>
    command(() => redis.eval(script, keys.length, ...keys, ...values));
  return {
    async put({ id, userId, expiresAt }) {
      const keys = [sessionPrefix + id, userPrefix + userId];
      await run(putScript, keys, id, userId, expiresAt.getTime());
    },
    isLive: async (sessionId) =>
      (await command(() => redis.exists(sessionPrefix + sessionId))) === 1,
    async revoke(sessionId) {
      await run(revokeScript, [sessionPrefix + sessionId], sessionId, channel);
    },
    revokeAll: async (userId) =>
      (await run(revokeAllScript, [userPrefix + userId], channel)) as string[],
    async list(userId) {
      const flat = (await run(listScript, [userPrefix + userId])) as string[];
      return pairs(flat).map(([id, expiry]): LiveSession => ({
        id,
        userId,
        expiresAt: new Date(Number(expiry)),
      }));
    },
    onRevoked: (listener) =>
      pubSub.subscribe(revokedTopic, ({ payload }) => listener(String(payload))),
  };
}

const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((id, index) =>
    index % 2 === 0 ? [[id, flat[index + 1] ?? ''] as [string, string]] : [],
  );
