import { join } from 'node:path';
import {
  createEvent,
  inProcessEventBus,
  type AnyEvent,
  type EventBus,
  type EventType,
  type NewEvent,
} from '@pcc/events';
import { closeStack, newId, silentLogger, type Closable } from '@pcc/platform';
import {
  connectMongo,
  redisPorts,
  startEmbeddedMongo,
  startEmbeddedObjectStorage,
  type Mongo,
  type PubSub,
} from '@pcc/stores';
import {
  signedClient,
  startTestPostgres,
  testDirectory,
  testSecrets,
  type SignedClient,
} from '@pcc/testkit';
import type { ContentConfig } from './env.js';
import { migrateContent } from './migrate.js';
import { startContent } from './start.js';

export interface TestContent extends Closable {
  readonly url: string;
  readonly client: SignedClient;
  readonly bus: EventBus;
  readonly pubSub: PubSub;
  readonly config: ContentConfig;
  /** A connection of the test's own, to look behind the API. */
  readonly mongo: Mongo;
  /** What content itself told the world. */
  readonly emitted: AnyEvent[];
  readonly engines: Readonly<Record<'mongo' | 'postgres' | 'storage', Closable>>;
  /** Publishes an event as its owner would, and waits until content has handled it. */
  tell<Type extends EventType>(
    type: Type,
    data: NewEvent<Type>['data'],
    version?: number,
  ): Promise<AnyEvent>;
  /** Tells of a course with its instructors. @returns its id */
  course(options?: { title?: string; instructorIds?: string[] }): Promise<string>;
  /** Tells of an enrolment. @returns its id */
  enroll(userId: string, courseId: string): Promise<string>;
}

/** The subgraph on embedded engines of the test's own. */
export async function startTestContent(): Promise<TestContent> {
  const logger = silentLogger;
  const stack = closeStack(logger);
  const directory = stack.use('directory', await testDirectory());
  const [postgres, mongoServer, storage] = await Promise.all([
    startTestPostgres(),
    startEmbeddedMongo({ directory: join(directory.path, 'mongo'), logger }),
    startEmbeddedObjectStorage({ directory: join(directory.path, 'storage'), logger }),
  ]);
  const engines = { postgres, mongo: mongoServer, storage };
  for (const [name, engine] of Object.entries(engines)) stack.use(name, engine);
  const config: ContentConfig = {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: postgres.url,
    mongoUrl: mongoServer.url,
    mongoDatabase: 'content',
    s3Url: storage.url,
    viewerSecrets: testSecrets,
  };
  await migrateContent({ ...config, logger });
  const mongo = stack.use(
    'test mongo',
    await connectMongo({ url: mongoServer.url, database: 'content' }),
  );
  const redis = stack.use('redis', await redisPorts({ logger }));
  const bus = stack.use('bus', inProcessEventBus({ groups: ['content', 'test'], backoffMs: 10 }));
  const emitted: AnyEvent[] = [];
  await bus.subscribe({
    group: 'test',
    types: ['discussion.created', 'course.rated'],
    handle: async (event) => void emitted.push(event),
    bury: async () => undefined,
  });
  const content = stack.use('content', await startContent({ config, bus, redis, logger }));
  const url = `http://127.0.0.1:${content.port}`;
  return {
    url,
    client: signedClient({ url }),
    bus,
    pubSub: redis.pubSub,
    config,
    mongo,
    emitted,
    engines,
    close: () => stack.close(),
    ...facts(bus),
  };
}

/** Things that happen in other subgraphs. */
function facts(bus: EventBus): Pick<TestContent, 'tell' | 'course' | 'enroll'> {
  const tell: TestContent['tell'] = async (type, data, version = 1) => {
    const event = createEvent(
      type,
      { aggregateId: newId(), aggregateVersion: version, data },
      new Date(),
    ) as AnyEvent;
    await bus.publish(event);
    return event;
  };
  return {
    tell,
    async course({ title = 'A course', instructorIds = [] } = {}) {
      const courseId = newId();
      const rest = { slug: courseId, status: 'PUBLISHED' as const, language: 'en' };
      await tell('course.changed', { courseId, title, instructorIds, ...rest });
      return courseId;
    },
    async enroll(userId, courseId) {
      const enrollmentId = newId();
      await tell('enrollment.created', { enrollmentId, userId, courseId });
      return enrollmentId;
    },
  };
}

/** The codes of an answer's errors. */
export const errorCodes = (answer: {
  readonly errors?: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[];
}): unknown[] => (answer.errors ?? []).map(({ extensions }) => extensions?.['code']);
