import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { silentLogger, type CloseStack } from '@pcc/platform';
import { connectObjectStorage, startEmbeddedObjectStorage } from '@pcc/stores';
import { serviceUrls, testDirectory } from '@pcc/testkit';
import type { Operation } from '../lib/measure.js';
import type { StoreBenchmark } from './store-benchmark.js';

const bucket = 'bench';
const videoMegabytes = 50;

export const objectStorage: StoreBenchmark = {
  store: 'object storage',
  async embedded(stack) {
    const directory = stack.use('directory', await testDirectory());
    const options = { directory: join(directory.path, 'objects'), logger: silentLogger };
    return operations(stack.use('server', await startEmbeddedObjectStorage(options)).url, stack);
  },
  async server(stack) {
    const { s3: url } = serviceUrls();
    return url === undefined ? undefined : operations(url, stack);
  },
};

async function operations(url: string, stack: CloseStack): Promise<Operation[]> {
  const storage = stack.use('storage', connectObjectStorage({ url }));
  await storage.ensureBucket(bucket);
  const page = randomBytes(100_000);
  const megabyte = randomBytes(2 ** 20);
  const read = async (index: number) => {
    const object = await storage.client.getObject(bucket, `page-${index % 20}`);
    await finished(object.resume());
  };
  return [
    {
      name: '100 KB written',
      times: 200,
      concurrency: 4,
      run: (index) => storage.client.putObject(bucket, `page-${index % 20}`, page),
    },
    { name: '100 KB read', times: 500, concurrency: 4, run: read },
    {
      name: '100 KB read by a presigned URL',
      times: 500,
      concurrency: 4,
      run: async (index) => {
        const response = await fetch(await storage.presignedGet(bucket, `page-${index % 20}`, 60));
        await response.arrayBuffer();
      },
    },
    {
      name: `${videoMegabytes} MB in parts (MB)`,
      times: 3,
      size: videoMegabytes,
      run: () =>
        storage.client.putObject(
          bucket,
          'video',
          Readable.from(Array.from({ length: videoMegabytes }, () => megabyte)),
        ),
    },
  ];
}
