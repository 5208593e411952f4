import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheContract } from './contract/cache.js';
import { lockContract } from './contract/lock.js';
import { modelContract } from './contract/models.js';
import { pubSubContract } from './contract/pub-sub.js';
import { rateLimiterContract } from './contract/rate-limiter.js';
import { sessionContract } from './contract/sessions.js';
import type { RedisPorts } from './ports.js';

/** What every implementation of the ports must do. Names are random, so that suites can share a Redis. */
export function portsContract(name: string, open: () => Promise<RedisPorts>): void {
  describe(name, () => {
    let opened: RedisPorts;
    const ports = () => opened;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened.close());

    it('answers the ping', async () => {
      await expect(opened.ping()).resolves.toBeUndefined();
    });

    describe('KeyValueCache', () => cacheContract(ports));
    describe('PubSub', () => pubSubContract(ports));
    describe('RateLimiter', () => rateLimiterContract(ports));
    describe('Lock', () => lockContract(ports));
    describe('SessionStore', () => sessionContract(ports));
    describe('cache and sessions', () => modelContract(ports));
  });
}
