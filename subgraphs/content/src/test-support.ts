import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  createEvent,
  inProcessEventBus,
  type AnyEvent,
  type EventBus,
  type EventType,
  type NewEvent,
} from '@pcc/events';
import { closeStack, newId, silentLogger, type Closable, type CloseStack } from '@pcc/platform';
import {
  connectMongo,
  migrateMongo,
  redisPorts,
  startEmbeddedMongo,
  startEmbeddedObjectStorage,
  type Mongo,
  type PubSub,
} from '@pcc/stores';
import { startTestPostgres } from '@pcc/stores/testing';
import { signedClient, testDirectory, testSecrets, type SignedClient } from '@pcc/testkit';
import type { ContentConfig } from './env.js';
import { migrateContent, postgresMigrations } from './migrate.js';
import { migrations } from './migrations/index.js';
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
  /** Between content and its stores: takes one away and brings it back. */
  readonly stores: Readonly<Record<'mongo' | 'postgres' | 'storage', Outage>>;
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

export interface Outage {
  /** Refuses new connections and cuts those that stand. */
  begin(): Promise<void>;
  end(): Promise<void>;
}

/** The server's own view of its address would lead the driver past the proxy. */
function directly(mongoUrl: string): string {
  const url = new URL(mongoUrl);
  url.searchParams.set('directConnection', 'true');
  return url.href;
}

/** A TCP proxy before a store; its URL stays the same through outages. */
async function startProxy(target: string): Promise<Outage & Closable & { url: string }> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const listen = (on: number) =>
    new Promise<void>((resolve) => server.listen(on, '127.0.0.1', resolve));
  await listen(0);
  const url = new URL(target);
  const own = (server.address() as AddressInfo).port;
  url.port = String(own);
  const begin = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { url: url.href, begin, end: () => listen(own), close: begin };
}

/** An engine behind a proxy. */
async function startStore(
  stack: CloseStack,
  name: string,
  engine: Promise<{ url: string } & Closable>,
) {
  const { url } = stack.use(name, await engine);
  return stack.use(`${name} proxy`, await startProxy(url));
}

/** Where nobody listens: connections are made when first needed, and tests without files need none. */
const nowhere: Outage & { url: string } = {
  url: 'http://key:secret@127.0.0.1:9',
  begin: async () => undefined,
  end: async () => undefined,
};

/**
 * The subgraph on embedded engines of the test's own.
 * @param options.files whether media assets are tested: only they need Postgres and object storage
 */
export async function startTestContent({ files = false } = {}): Promise<TestContent> {
  const logger = silentLogger;
  const stack = closeStack(logger);
  const { path } = stack.use('directory', await testDirectory());
  const mongoEngine = startEmbeddedMongo({ directory: join(path, 'mongo'), logger });
  const storageEngine = () =>
    startEmbeddedObjectStorage({ directory: join(path, 'storage'), logger });
  const [mongoStore, postgres, storage] = await Promise.all([
    startStore(stack, 'mongo', mongoEngine),
    files ? startStore(stack, 'postgres', startTestPostgres(postgresMigrations)) : nowhere,
    files ? startStore(stack, 'storage', storageEngine()) : nowhere,
  ]);
  const stores = { mongo: mongoStore, postgres, storage };
  const config: ContentConfig = {
    host: '127.0.0.1',
    port: 0,
    databaseUrl: postgres.url.replace('http:', 'postgresql:'),
    mongoUrl: directly(mongoStore.url),
    mongoDatabase: 'content',
    s3Url: storage.url,
    viewerSecrets: testSecrets,
  };
  const mongo = stack.use(
    'test mongo',
    await connectMongo({ url: (await mongoEngine).url, database: 'content' }),
  );
  if (files) await migrateContent({ ...config, logger });
  else await migrateMongo({ ...mongo, migrations: [...migrations], logger });
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
    stores,
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
