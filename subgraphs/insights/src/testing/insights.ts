import { join } from 'node:path';
import { createEvent, inProcessEventBus, type AnyEvent, type EventBus } from '@pcc/events';
import type { EventData, EventType } from '@pcc/events';
import { closeStack, silentLogger, type Closable } from '@pcc/platform';
import {
  connectClickHouse,
  redisPorts,
  startEmbeddedClickHouse,
  type ClickHouse,
  type EmbeddedClickHouse,
  type PubSub,
} from '@pcc/stores';
import {
  signedClient,
  startTestPostgres,
  testDirectory,
  testSecrets,
  type SignedClient,
} from '@pcc/testkit';
import { migrateInsights } from '../migrate.js';
import { startInsights } from '../start.js';

export interface TestInsights extends Closable {
  readonly url: string;
  readonly databaseUrl: string;
  readonly client: SignedClient;
  readonly bus: EventBus;
  readonly pubSub: PubSub;
  readonly clickhouse: ClickHouse;
  readonly engine: EmbeddedClickHouse;
  /** Publishes all at once; resolves when each was handled or buried. */
  publish(...events: AnyEvent[]): Promise<void>;
}

/** The subgraph on embedded stores of its own. Its time stands still at `now`. */
export async function startTestInsights(now: Date): Promise<TestInsights> {
  const logger = silentLogger;
  const stack = closeStack(logger);
  const directory = stack.use('directory', await testDirectory());
  const [postgres, engine] = await Promise.all([
    startTestPostgres(),
    startEmbeddedClickHouse({ directory: join(directory.path, 'clickhouse'), logger }),
  ]);
  stack.use('postgres', postgres);
  stack.use('clickhouse', engine);
  const config = {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: postgres.url,
    clickhouse: { connection: engine.connection },
    clickhouseDatabase: 'insights',
    viewerSecrets: testSecrets,
  };
  await migrateInsights({ config, logger });
  const redis = stack.use('redis', await redisPorts({ logger }));
  const bus = stack.use('bus', inProcessEventBus({ groups: ['insights'], backoffMs: 1 }));
  const clock = { now: () => now };
  const insights = stack.use(
    'insights',
    await startInsights({ config, bus, redis, logger, clock }),
  );
  const clickhouse = connectClickHouse({ connection: engine.connection, database: 'insights' });
  const url = `http://127.0.0.1:${insights.port}`;
  return {
    url,
    databaseUrl: postgres.url,
    client: signedClient({ url }),
    bus,
    pubSub: redis.pubSub,
    clickhouse,
    engine,
    publish: async (...events) => {
      await Promise.all(events.map((event) => bus.publish(event)));
    },
    close: () => stack.close(),
  };
}

/** An event as its owner would emit it. */
export const eventOf = <Type extends EventType>(
  type: Type,
  data: EventData<Type>,
  occurredAt: Date,
  aggregateVersion = 1,
): AnyEvent =>
  createEvent(
    type,
    { aggregateId: aggregateOf(data), aggregateVersion, data },
    occurredAt,
  ) as AnyEvent;

const aggregateOf = (data: object): string => String(Object.values(data)[0]);

/** `course.changed` with these instructors. */
export const courseEvent = (
  courseId: string,
  instructorIds: string[],
  occurredAt: Date,
  version = 1,
): AnyEvent =>
  eventOf(
    'course.changed',
    {
      courseId,
      slug: courseId,
      title: 'A course',
      status: 'PUBLISHED',
      language: 'en',
      instructorIds,
    },
    occurredAt,
    version,
  );
