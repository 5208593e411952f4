import { randomUUID } from 'node:crypto';
import { errorMessage, type Logger } from '@pcc/platform';
import type { Redis } from 'ioredis';
import type { Lock } from '../ports.js';
import { command } from './connection.js';

const renewScript = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end`;
const releaseScript = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end`;

/**
 * A lease on one Redis, renewed while the work runs. Good for keeping work from being done twice most of the
 * time; what must never happen twice needs a check in its own store as well.
 */
export function redisLock(redis: Redis, logger: Logger): Lock {
  return {
    async withLock(name, { ttlMs }, run) {
      const key = `lock:${name}`;
      const token = randomUUID();
      const acquired = await command(() => redis.set(key, token, 'PX', ttlMs, 'NX'));
      if (acquired !== 'OK') return undefined;
      const lease = keepLease(redis, key, token, ttlMs);
      try {
        return await run(lease.signal);
      } finally {
        lease.stop();
        // If Redis is away the lease runs out by itself.
        await redis.eval(releaseScript, 1, key, token).catch((error: unknown) => {
          logger.warn({ lock: name, reason: errorMessage(error) }, 'a lock was not released');
        });
      }
    },
  };
}

function keepLease(redis: Redis, key: string, token: string, ttlMs: number) {
  const lost = new AbortController();
  let heldUntil = Date.now() + ttlMs;
  const renew = async () => {
    const begun = Date.now();
    try {
      const renewed = await redis.eval(renewScript, 1, key, token, ttlMs);
      if (renewed === 1) heldUntil = begun + ttlMs;
      else lost.abort(new Error('the lock was taken over'));
    } catch {
      // Away for a moment; whether for too long is decided below.
    }
    if (Date.now() >= heldUntil) lost.abort(new Error('the lock has run out'));
  };
  const timer = setInterval(() => void renew(), Math.max(10, ttlMs / 3));
  timer.unref();
  return { signal: lost.signal, stop: () => clearInterval(timer) };
}
