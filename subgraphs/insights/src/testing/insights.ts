import { join } from 'node:path';
import {
  createEvent,
  inProcessEventBus,
  type AnyEvent,
  type EventBus,
  type EventData,
  type EventType,
} from '@pcc/events';
import { closeStack, silentLogger, type Closable } from '@pcc/platform';
import {
  connectClickHouse,
  redisPorts,
  startEmbeddedClickHouse,
  type ClickHouse,
  type EmbeddedClickHouse,
  type PubSub,
} from '@pcc/stores';
import { startTestPostgres } from '@pcc/stores/testing';
import { signedClient, testDirectory, testSecrets, type SignedClient } from '@pcc/testkit';
import { migrateInsights, postgresMigrations } from '../migrate.js';
import { startInsights } from '../start.js';

const logger = silentLogger;

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

/** The stores that a test keeps while the subgraph is restarted. */
export interface TestStores extends Closable {
  readonly databaseUrl: string;
  readonly clickHouseDirectory: string;
}

export async function startTestStores(): Promise<TestStores> {
  const stack = closeStack(logger);
  const directory = stack.use('directory', await testDirectory());
  const postgres = stack.use('postgres', await startTestPostgres(postgresMigrations));
  return {
    databaseUrl: postgres.url,
    clickHouseDirectory: join(directory.path, 'clickhouse'),
    close: () => stack.close(),
  };
}

/** The subgraph, with stores of its own unless they are given. Its time stands still at `now`. */
export async function startTestInsights(now: Date, given?: TestStores): Promise<TestInsights> {
  const stack = closeStack(logger);
  const stores = given ?? stack.use('stores', await startTestStores());
  const engine = stack.use(
    'clickhouse',
    await startEmbeddedClickHouse({ directory: stores.clickHouseDirectory, logger }),
  );
  const config = {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: stores.databaseUrl,
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
  const url = `http://127.0.0.1:${insights.port}`;
  return {
    url,
    databaseUrl: stores.databaseUrl,
    client: signedClient({ url }),
    bus,
    pubSub: redis.pubSub,
    clickhouse: connectClickHouse({ connection: engine.connection, database: 'insights' }),
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
): AnyEvent => {
  const aggregateId = String(Object.values(data)[0]);
  return createEvent(type, { aggregateId, aggregateVersion, data }, occurredAt) as AnyEvent;
};

/** `course.changed` with these instructors. */
export function courseEvent(
  courseId: string,
  instructorIds: string[],
  occurredAt: Date,
  version = 1,
): AnyEvent {
  const course = { courseId, slug: courseId, title: 'A course', language: 'en', instructorIds };
  return eventOf('course.changed', { ...course, status: 'PUBLISHED' }, occurredAt, version);
}
