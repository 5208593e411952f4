import { join } from 'node:path';
import { silentLogger, type CloseStack } from '@pcc/platform';
import { connectMongo, startEmbeddedMongo } from '@pcc/stores';
import { serviceUrls, testDirectory } from '@pcc/testkit';
import type { Operation } from '../lib/measure.js';
import type { StoreBenchmark } from './store-benchmark.js';

const documents = 50_000;

interface Notification {
  readonly _id: number;
  readonly userId: string;
  readonly status: 'waiting' | 'claimed';
  readonly priority: number;
  readonly dueAt: Date;
  readonly text: string;
}

export const mongo: StoreBenchmark = {
  store: 'MongoDB',
  async embedded(stack) {
    const directory = stack.use('directory', await testDirectory());
    // No `mongod` that this machine may have: this column is what everybody gets.
    const options = { directory: join(directory.path, 'mongo'), logger: silentLogger, path: '' };
    return operations(stack.use('mongo', await startEmbeddedMongo(options)).url, stack);
  },
  async server(stack) {
    const { mongo: url } = serviceUrls();
    return url === undefined ? undefined : operations(url, stack);
  },
};

async function operations(url: string, stack: CloseStack): Promise<Operation[]> {
  const database = `bench_${process.pid}`;
  const { db, ...connection } = await connectMongo({ url, database });
  stack.defer('connection', () => connection.close());
  stack.defer('database', async () => void (await db.dropDatabase()));
  const notifications = db.collection<Notification>('notifications');
  await notifications.createIndexes([
    { key: { userId: 1, dueAt: -1 } },
    { key: { status: 1, priority: -1, dueAt: 1 } },
  ]);
  for (let from = 0; from < documents; from += 1_000) {
    await notifications.insertMany(
      Array.from({ length: 1_000 }, (_, offset) => ({
        _id: from + offset,
        userId: `user-${(from + offset) % 1_000}`,
        status: 'waiting',
        priority: offset % 5,
        dueAt: new Date(1_700_000_000_000 + (from + offset) * 1_000),
        text: `Lesson ${offset} is waiting for you`.repeat(3),
      })),
    );
  }
  return [
    {
      name: `20 newest of a user, by index, among ${documents}`,
      times: 2_000,
      run: (index) =>
        notifications
          .find({ userId: `user-${index % 1_000}` })
          .sort({ dueAt: -1 })
          .limit(20)
          .toArray(),
    },
    {
      name: 'claim: the most urgent that waits',
      times: 1_000,
      run: () =>
        notifications.findOneAndUpdate(
          { status: 'waiting', dueAt: { $lte: new Date() } },
          { $set: { status: 'claimed' } },
          { sort: { priority: -1, dueAt: 1 } },
        ),
    },
    {
      name: 'claim, 20 at once',
      times: 1_000,
      concurrency: 20,
      run: () =>
        notifications.findOneAndUpdate(
          { status: 'waiting', dueAt: { $lte: new Date() } },
          { $set: { status: 'claimed' } },
          { sort: { priority: -1, dueAt: 1 } },
        ),
    },
    {
      name: 'update one by its key',
      times: 1_000,
      run: (index) =>
        notifications.updateOne({ _id: (index * 7919) % documents }, { $inc: { priority: 1 } }),
    },
    {
      name: 'count a group by index',
      times: 200,
      run: (index) => notifications.countDocuments({ userId: `user-${index % 1_000}` }),
    },
  ];
}
