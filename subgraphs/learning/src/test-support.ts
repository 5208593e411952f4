import {
  createEvent,
  eventTypes,
  inProcessEventBus,
  type AnyEvent,
  type EventBus,
  type EventData,
  type EventType,
} from '@pcc/events';
import {
  closeStack,
  newId,
  silentLogger,
  type Clock,
  type Closable,
  type Role,
  type SignedInViewer,
} from '@pcc/platform';
import { redisPorts, type RedisPorts } from '@pcc/stores';
import { startTestPostgres } from '@pcc/stores/testing';
import { testSecrets, waitFor } from '@pcc/testkit';
import pg from 'pg';
import type { Mail } from './features/mail/model.js';
import { generateSigningKey } from './features/session/access-token.js';
import { migrateLearning, postgresMigrations } from './migrate.js';
import { startLearning, type RunningLearning } from './start.js';
import { personOf, type Person } from './test-person.js';

export type { Person } from './test-person.js';

/** Learning on a database of its own, with the other subgraphs played by the test. */
export interface TestLearning extends Closable {
  readonly url: string;
  readonly redis: RedisPorts;
  readonly clock: Clock & { set(date: Date): void; pass(ms: number): void };
  readonly running: RunningLearning;
  readonly anonymous: Person;
  person(role?: Role, displayName?: string): Promise<Person>;
  /** Somebody with this identity, whether or not there is such an account. */
  as(viewer: SignedInViewer): Person;
  /** Waits for a mail to this address; of several it gives the newest. */
  mailTo(email: string, fits?: (mail: Mail) => boolean): Promise<Mail>;
  mails(): Promise<Mail[]>;
  /** The SQL statements that an action took, transaction control apart. */
  statements(action: () => Promise<unknown>): Promise<string[]>;
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** What learning told the others, oldest first. */
  readonly told: readonly AnyEvent[];
  /** Waits until learning has told so many events of this type that fit. */
  heard<Type extends EventType>(
    type: Type,
    fits?: (data: EventData<Type>) => boolean,
  ): Promise<EventData<Type>>;
  /** What another subgraph tells; returns when learning has dealt with it. */
  tell<Type extends EventType>(
    type: Type,
    aggregateId: string,
    data: EventData<Type>,
    aggregateVersion?: number,
  ): Promise<AnyEvent>;
  /** Delivers an event again. */
  publish(event: AnyEvent): Promise<void>;
  /** Takes the database away, for good. */
  stopPostgres(): Promise<void>;
  /** Stops learning and starts it again on the same data, with an empty session store. */
  restart(): Promise<void>;
}

const logger = silentLogger;

/** @param open the embedded Postgres unless told otherwise */
export async function startTestLearning(
  open: typeof startTestPostgres = startTestPostgres,
  options: { readonly s3Url?: string } = {},
): Promise<TestLearning> {
  const stack = closeStack(logger);
  const postgres = stack.use('postgres', await open(postgresMigrations));
  const databaseUrl = postgres.urlOf('learning');
  await migrateLearning({ databaseUrl: postgres.urlOf('migrator'), logger });
  const pool = new pg.Pool({ connectionString: postgres.url, max: 1 });
  pool.on('error', () => undefined); // a test may stop the database
  stack.defer('test pool', () => pool.end());
  const signingKeys = [await generateSigningKey()];
  const clock = testClock();
  const told: AnyEvent[] = [];
  const queries: string[] = [];

  const start = async () => {
    const bus: EventBus = inProcessEventBus({ groups: ['learning', 'others'] });
    await bus.subscribe({
      group: 'others',
      types: eventTypes,
      handle: async (event) => void told.push(event),
      bury: async () => undefined,
    });
    const redis = await redisPorts({ logger });
    const running = await startLearning({
      config: {
        host: '127.0.0.1',
        port: 0,
        databaseUrl,
        viewerSecrets: testSecrets,
        signingKeys,
        publicUrl: 'http://lms.test',
        // Nobody is there: what needs it must do without, unless the test brings one.
        s3Url: options.s3Url ?? 'http://key:secret@127.0.0.1:9',
        verificationUrl: 'https://school.example/verify/{code}',
      },
      bus,
      redis,
      logger,
      clock,
      onQuery: (sql) => queries.push(sql),
      runsJobs: false,
    });
    const close = async () => {
      await running.close();
      await bus.close();
      await redis.close();
    };
    return { bus, redis, running, url: `http://127.0.0.1:${running.port}`, close };
  };
  let now = await start();
  stack.defer('learning', () => now.close());
  const mails = async () => (await (await fetch(new URL('/mailbox', now.url))).json()) as Mail[];
  const as = (viewer: SignedInViewer | null): Person => personOf(() => now.url, viewer);
  return {
    get url() {
      return now.url;
    },
    get redis() {
      return now.redis;
    },
    get running() {
      return now.running;
    },
    clock,
    told,
    anonymous: as(null),
    as,
    async person(role = 'student', displayName = 'Pat Person') {
      const email = `${newId()}@example.test`;
      const account = { email, password: newId(), displayName, role };
      const created = await now.running.createAccount(account);
      if (!created.ok) throw new Error(JSON.stringify(created.errors));
      return as({ id: created.value.id, role, sessionId: newId() });
    },
    mails,
    mailTo: (email, fits = () => true) =>
      waitFor(async () => (await mails()).find((mail) => mail.to === email && fits(mail)), {
        what: 'a mail',
      }),
    async statements(action) {
      const from = queries.length;
      await action();
      // And what learning does about its own events, which goes on meanwhile.
      const control =
        /^(BEGIN|COMMIT|ROLLBACK)|"(outbox|inbox|dead_letters|user_activities|learning_analytics)"|^\s*\/\* mail worker/;
      return queries.slice(from).filter((sql) => !control.test(sql));
    },
    sql: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    heard: <Type extends EventType>(type: Type, fits?: (data: EventData<Type>) => boolean) =>
      waitFor(
        () =>
          told
            .filter((event) => event.type === type)
            .map((event) => event.data as EventData<Type>)
            .find((data) => fits?.(data) ?? true),
        { what: `learning to tell ${type}` },
      ) as Promise<EventData<Type>>,
    async tell(type, aggregateId, data, aggregateVersion = 1) {
      const event = createEvent(type, { aggregateId, aggregateVersion, data }, clock.now());
      await now.bus.publish(event);
      return event as AnyEvent;
    },
    publish: (event) => now.bus.publish(event),
    stopPostgres: () => postgres.close(),
    async restart() {
      await now.close();
      now = await start();
    },
    close: () => stack.close(),
  };
}

function testClock() {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    set(date: Date) {
      offset = date.getTime() - Date.now();
    },
    pass(ms: number) {
      offset += ms;
    },
  };
}
