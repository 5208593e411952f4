import { serviceUrls } from '@pcc/testkit';
import { describe } from 'vitest';
import { clickHouseContract } from './clickhouse.contract.js';

const url = serviceUrls().clickhouse;

describe.skipIf(url === undefined)('TEST_CLICKHOUSE_URL', () => {
  clickHouseContract('ClickHouse', async () => ({
    target: { url: url ?? '' },
    close: async () => undefined,
  }));
});
