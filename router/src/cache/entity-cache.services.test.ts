import { silentLogger } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { serviceUrls } from '@pcc/testkit';
import { describe } from 'vitest';
import { entityCacheContract } from './entity-cache.contract.js';

const { redis: url } = serviceUrls();

describe.skipIf(url === undefined)('on Redis', () => {
  entityCacheContract(() => redisPorts({ url, logger: silentLogger }));
});
