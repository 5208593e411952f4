import { serviceUrls } from '@pcc/testkit';
import { describe } from 'vitest';
import { objectStorageContract } from './object-storage.contract.js';

const url = serviceUrls().s3;

describe.skipIf(url === undefined)('TEST_S3_URL', () => {
  objectStorageContract('the object storage', async () => ({
    url: url ?? '',
    close: async () => undefined,
  }));
});
