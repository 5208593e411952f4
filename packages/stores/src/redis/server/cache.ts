import type { Redis } from 'ioredis';
import type { CacheEntry, KeyValueCache } from '../ports.js';
import { command } from './connection.js';

const keyOf = (key: string): string => `cache:${key}`;
const millisecondsOf = (ttlSeconds: number): number => Math.round(ttlSeconds * 1000);

const raiseScript = `local known = tonumber(redis.call('get', KEYS[1]) or '0')
redis.call('set', KEYS[1], math.max(known, tonumber(ARGV[1])), 'PX', ARGV[2])`;

type Step = [name: string, ...parameters: (string | number)[]];

export function redisCache(redis: Redis): KeyValueCache {
  /** Sends commands together. @throws the first error among their answers */
  const pipeline = (steps: Step[]): Promise<unknown[]> =>
    command(async () => {
      const answers = steps.length === 0 ? [] : await redis.pipeline(steps).exec();
      return (answers ?? []).map(([error, answer]) => {
        if (error !== null) throw error;
        return answer;
      });
    });
  const setStep = ({ key, value, ttlSeconds }: CacheEntry): Step => {
    const ttlMs = millisecondsOf(ttlSeconds);
    return ttlMs > 0 ? ['set', keyOf(key), value, 'PX', ttlMs] : ['del', keyOf(key)];
  };

  return {
    get: (key) => command(() => redis.get(keyOf(key))),
    getMany: async (keys) =>
      keys.length === 0 ? [] : command(() => redis.mget(keys.map((key) => keyOf(key)))),
    async set(key, value, { ttlSeconds }) {
      await pipeline([setStep({ key, value, ttlSeconds })]);
    },
    async setMany(entries) {
      await pipeline(entries.map(setStep));
    },
    async addMany(entries) {
      const answers = await pipeline(
        entries.map(({ key, value, ttlSeconds }) => [
          'set',
          keyOf(key),
          value,
          'PX',
          // Redis refuses 0.
          Math.max(1, millisecondsOf(ttlSeconds)),
          'NX',
        ]),
      );
      return answers.map((answer) => answer === 'OK');
    },
    async increment(key, { ttlSeconds }) {
      const [count] = await pipeline([
        ['incr', keyOf(key)],
        ['pexpire', keyOf(key), millisecondsOf(ttlSeconds)],
      ]);
      return Number(count);
    },
    async raise(key, count, { ttlSeconds }) {
      const ttlMs = millisecondsOf(ttlSeconds);
      await command(() => redis.eval(raiseScript, 1, keyOf(key), count, ttlMs));
    },
    async delete(...keys) {
      if (keys.length > 0) await command(() => redis.unlink(...keys.map(keyOf)));
    },
  };
}
