import { join } from 'node:path';
import { mongoUnitOfWork } from '@pcc/events';
import { closeStack, newId, silentLogger, type Clock } from '@pcc/platform';
import {
  connectMongo,
  migrateMongo,
  migrateMongoDown,
  redisPorts,
  startEmbeddedMongo,
  type Mongo,
  type PubSubMessage,
  type RedisPorts,
} from '@pcc/stores';
import { testDirectory } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../../migrations/index.js';
import { languages } from '../projection/model.js';
import { projectionRepository } from '../projection/repository.js';
import { projectionService } from '../projection/service.js';
import type { Channel } from './channel.js';
import { deliveryService } from './delivery.js';
import { inAppChannel } from './in-app-channel.js';
import { notificationKinds, type NotificationDraft } from './model.js';
import { queueRepository } from './queue-repository.js';
import { notificationRepository } from './repository.js';
import { templateRepository } from './template-repository.js';

const logger = silentLogger;
const stack = closeStack(logger);
let mongo: Mongo;
let redis: RedisPorts;

beforeAll(async () => {
  const directory = stack.use('directory', await testDirectory());
  const server = await startEmbeddedMongo({ directory: join(directory.path, 'mongo'), logger });
  stack.use('mongo', server);
  mongo = stack.use('client', await connectMongo({ url: server.url, database: 'content' }));
  redis = stack.use('redis', await redisPorts({ logger }));
  await migrateMongo({ ...mongo, migrations: [...migrations], logger });
});
afterAll(() => stack.close());

// Stands still until a test moves it. Not in the past: the TTL index goes by the server's own clock.
let nowMs = Date.now();
const clock: Clock = { now: () => new Date(nowMs) };

/** What one worker's process has; two of them share only the stores. */
const process = (wrap: (channel: Channel) => Channel = (channel) => channel) => {
  const { db } = mongo;
  const unitOfWork = mongoUnitOfWork({ ...mongo, onEvents: () => undefined, logger, clock });
  const queue = queueRepository(db);
  const notifications = notificationRepository(db);
  const { pubSub } = redis;
  const channel = wrap(inAppChannel({ unitOfWork, notifications, queue, pubSub, clock }));
  const projections = projectionService({ projections: projectionRepository(db) });
  const templates = templateRepository(db);
  const shared = { queue, templates, notifications, projections, clock, logger };
  return { unitOfWork, queue, delivery: deliveryService({ ...shared, channels: [channel] }) };
};
type Process = ReturnType<typeof process>;

const draftFor = (recipientId: string): NotificationDraft => ({
  recipientId,
  kind: 'COURSE_COMPLETED',
  courseId: null,
  orderId: null,
  facts: {},
});
const enqueue = ({ unitOfWork, queue }: Process, recipientId: string, priority = 1) =>
  unitOfWork.run(({ transaction }) => {
    const entry = { draft: draftFor(recipientId), channel: 'in_app' as const, priority };
    return queue.enqueue([entry], { eventId: newId(), now: clock.now() }, transaction);
  });
const drain = async ({ delivery }: Process) => {
  while (await delivery.deliverNext());
};
const logsOf = (recipientId: string) =>
  mongo.db.collection('notification_logs').find({ recipientId }).sort({ seq: 1 }).toArray();
const queuedFor = (recipientId: string) =>
  mongo.db.collection('notification_queue').findOne({ recipientId });

describe('delivery', () => {
  it('by two workers gives each notification once, with seq free of gaps', async () => {
    const [one, two] = [process(), process()];
    const people = [newId(), newId()];
    const heard: PubSubMessage[] = [];
    const [first = ''] = people;
    await redis.pubSub.subscribe(`notifications:${first}`, (message) => heard.push(message));
    for (let index = 0; index < 10; index++) {
      for (const person of people) await enqueue(one, person);
    }
    await Promise.all([drain(one), drain(two), drain(one), drain(two)]);
    for (const person of people) {
      const seqs = (await logsOf(person)).map((log) => log['seq'] as number);
      expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
    expect(heard.map(({ seq }) => seq).sort()).toEqual([1, 10, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('takes the urgent first', async () => {
    const worker = process();
    const [later, urgent] = [newId(), newId()];
    await enqueue(worker, later, 0);
    await enqueue(worker, urgent, 2);
    await worker.delivery.deliverNext();
    expect([(await logsOf(urgent)).length, (await logsOf(later)).length]).toEqual([1, 0]);
    await drain(worker);
  });

  it('tries again with a growing pause, and gives up at last', async () => {
    const broken = process((channel) => ({
      ...channel,
      deliver: async () => {
        throw new Error('no route');
      },
    }));
    const person = newId();
    await enqueue(broken, person);
    await broken.delivery.deliverNext();
    expect(await broken.delivery.deliverNext()).toBe(false);
    expect(await queuedFor(person)).toMatchObject({
      status: 'PENDING',
      attempts: 1,
      lastError: 'no route',
      dueAt: new Date(nowMs + 1_000),
    });
    for (let attempt = 2; attempt <= 8; attempt++) {
      nowMs += 600_000;
      expect(await broken.delivery.deliverNext()).toBe(true);
    }
    expect(await queuedFor(person)).toMatchObject({ status: 'FAILED', attempts: 8 });
    nowMs += 600_000;
    expect(await broken.delivery.deliverNext()).toBe(false);
  });

  it('of a worker that died comes back when its lease ends; one that was only slow delivers nothing', async () => {
    let release: () => void = () => undefined;
    let stuck: () => void = () => undefined;
    const isStuck = new Promise<void>((resolve) => (stuck = resolve));
    const slow = process((channel) => ({
      ...channel,
      deliver: async (entry, message) => {
        await new Promise<void>((resolve) => {
          release = resolve;
          stuck();
        });
        await channel.deliver(entry, message);
      },
    }));
    const other = process();
    const person = newId();
    await enqueue(other, person);
    const late = slow.delivery.deliverNext();
    await isStuck;
    expect(await other.delivery.deliverNext()).toBe(false);
    nowMs += 30_001;
    expect(await other.delivery.deliverNext()).toBe(true);
    release();
    await late;
    expect(await logsOf(person)).toHaveLength(1);
    expect(await queuedFor(person)).toMatchObject({ status: 'DELIVERED', attempts: 2 });
  });
});

describe('the database', () => {
  it('has a text for every kind in every language', async () => {
    const templates = templateRepository(mongo.db);
    for (const kind of notificationKinds) {
      for (const language of languages) {
        expect(await templates.find(kind, 'in_app', language), `${kind} ${language}`).toMatchObject(
          {
            title: expect.stringMatching(/\S/) as string,
            body: expect.stringMatching(/\S/) as string,
          },
        );
      }
    }
  });

  it('refuses documents that lack what they must have', async () => {
    const { db } = mongo;
    await expect(
      db.collection('user_content').insertOne({ type: 'RATING', courseId: 'c' }),
    ).rejects.toMatchObject({ code: 121 });
  });

  it('goes down and up again', async () => {
    const db = mongo.client.db('other');
    const options = { client: mongo.client, db, migrations: [...migrations], logger };
    await migrateMongo(options);
    for (const { name } of [...migrations].reverse()) await migrateMongoDown({ ...options, name });
    const left = await db.listCollections({}, { nameOnly: true }).toArray();
    expect(left.filter(({ name }) => !name.startsWith('schema_migrations'))).toEqual([]);
    expect(await migrateMongo(options)).toHaveLength(migrations.length);
  });
});
