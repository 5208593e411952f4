import { serviceUrls } from '@pcc/testkit';
import { describe } from 'vitest';
import { mongoContract } from './mongo.contract.js';

const url = serviceUrls().mongo;

describe.skipIf(url === undefined)('TEST_MONGODB_URL', () => {
  mongoContract('MongoDB', async () => ({ url: url ?? '', close: async () => undefined }));
});
