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
      const begun = Date.now();
      const acquired = await command(() => redis.set(key, token, 'PX', ttlMs, 'NX'));
      if (acquired !== 'OK') return undefined;
      const lease = keepLease(redis, key, token, ttlMs, begun);
      try {
        return await run(lease.signal);
      } finally {
        lease.stop();
        // If Redis is away the lease runs out by itself.
        await command(() => redis.eval(releaseScript, 1, key, token)).catch((error: unknown) => {
          logger.warn({ lock: name, reason: errorMessage(error) }, 'a lock was not released');
        });
      }
    },
  };
}

/** @param begun before the lease was asked for: it cannot run out earlier at Redis than it does here */
function keepLease(redis: Redis, key: string, token: string, ttlMs: number, begun: number) {
  const lost = new AbortController();
  // By its own clock: a renewal may hang for longer than the lease has left.
  const runOutAt = (time: number) =>
    setTimeout(() => lost.abort(new Error('the lock has run out')), time - Date.now()).unref();
  let end = runOutAt(begun + ttlMs);
  let isRenewing = false;
  const renew = async () => {
    if (isRenewing || lost.signal.aborted) return;
    isRenewing = true;
    const asked = Date.now();
    try {
      const renewed = await command(() => redis.eval(renewScript, 1, key, token, ttlMs));
      if (renewed !== 1) lost.abort(new Error('the lock was taken over'));
      else if (!lost.signal.aborted) {
        clearTimeout(end);
        end = runOutAt(asked + ttlMs);
      }
    } catch {
      // Away for a moment; for too long when the lease runs out.
    } finally {
      isRenewing = false;
    }
  };
  const timer = setInterval(() => void renew(), Math.max(10, ttlMs / 3));
  timer.unref();
  return {
    signal: lost.signal,
    stop: () => {
      clearInterval(timer);
      clearTimeout(end);
    },
  };
}
