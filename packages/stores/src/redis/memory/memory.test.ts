import { silentLogger } from '@pcc/platform';
import { expect, it } from 'vitest';
import { redisPorts } from '../connect.js';
import { portsContract } from '../ports.contract.js';
import { memoryPorts } from './index.js';

portsContract('the ports in memory', () => redisPorts({ logger: silentLogger }));

it('forgets the oldest of too many, rather than fill the memory', async () => {
  const ports = memoryPorts(silentLogger);
  const limit = { points: 1, perSeconds: 3_600 };
  const isAllowed = async (key: string) => (await ports.rateLimiter.consume(key, limit)).allowed;
  for (let n = 0; n <= 100_000; n++) await ports.rateLimiter.consume(`key ${n}`, limit);
  expect(await isAllowed('key 100000')).toBe(false);
  expect(await isAllowed('key 0')).toBe(true);

  const megabyte = 'x'.repeat(1024 * 1024);
  for (let n = 0; n <= 64; n++) await ports.cache.set(`key ${n}`, megabyte, { ttlSeconds: 60 });
  expect(await ports.cache.get('key 0')).toBeNull();
  expect(await ports.cache.get('key 64')).toBe(megabyte);
  await ports.cache.set('key 64', megabyte.repeat(65), { ttlSeconds: 60 });
  expect(await ports.cache.get('key 64')).toBeNull(); // too large to keep, and the old one is not true any more
  await ports.close();
});
