import {
  createEvent,
  inProcessEventBus,
  type AnyEvent,
  type EventBus,
  type EventType,
  type NewEvent,
} from '@pcc/events';
import { closeStack, newId, silentLogger, type Closable } from '@pcc/platform';
import { startTestPostgres } from '@pcc/stores/testing';
import { signedClient, testSecrets, type SignedClient, type ViewerClient } from '@pcc/testkit';
import pg from 'pg';
import Stripe from 'stripe';
import type { CommerceConfig } from './env.js';
import { migrateCommerce, postgresMigrations } from './migrate.js';
import { startCommerce } from './start.js';
import { courseChanged } from './test-course.js';

export { courseChanged };

export const webhookSecret = 'whsec_only_for_tests_0123456789abcdef';
export const payingCard = '4242424242424242';
export const decliningCard = '4000000000000002';

/** Commerce on a database of its own, with the other subgraphs played by the test. */
export interface TestCommerce extends Closable {
  readonly url: string;
  readonly admin: ViewerClient;
  as(id: string, role?: 'student' | 'instructor' | 'admin'): ViewerClient;
  /** What commerce told the others, oldest first. */
  readonly told: readonly AnyEvent[];
  /** What another subgraph tells. */
  tell<Type extends EventType>(type: Type, event: NewEvent<Type>): Promise<void>;
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** The SELECTs that an action took, those of queues and workers apart. */
  selects(action: () => Promise<unknown>): Promise<string[]>;
  /** A published course that is for sale; in euros when nothing else is said. */
  course(amountMinor: number, currency?: string, instructorId?: string): Promise<string>;
  pay(checkoutUrl: string, cardNumber?: string): Promise<{ status: number; body: unknown }>;
  /** Posts a Stripe event as the provider would, or as a forger with another secret. */
  webhook(
    event: Record<string, unknown>,
    options?: { secret?: string; secondsAgo?: number },
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Stops the process and starts another one on the same data. */
  restart(config?: Partial<CommerceConfig>): Promise<void>;
  /** Starts one more process beside the first, until the end. @returns how to talk to it */
  another(): Promise<SignedClient>;
}

const logger = silentLogger;

/** @param open the embedded Postgres unless told otherwise */
export async function startTestCommerce(
  open: typeof startTestPostgres = startTestPostgres,
): Promise<TestCommerce> {
  const stack = closeStack(logger);
  const postgres = stack.use('postgres', await open(postgresMigrations));
  const databaseUrl = postgres.urlOf('commerce');
  await migrateCommerce({ databaseUrl: postgres.urlOf('migrator'), logger });
  const pool = new pg.Pool({ connectionString: postgres.url, max: 1 });
  stack.defer('test pool', () => pool.end());

  const told: AnyEvent[] = [];
  const queries: string[] = [];
  const start = async (config: Partial<CommerceConfig> = {}) => {
    const bus: EventBus = inProcessEventBus({ groups: ['commerce', 'others'] });
    await bus.subscribe({
      group: 'others',
      types: [
        'price.changed',
        'order.created',
        'order.paid',
        'order.payment_failed',
        'order.refunded',
      ],
      handle: async (event) => void told.push(event),
      bury: async () => undefined,
    });
    const commerce = await startCommerce({
      config: {
        host: '127.0.0.1',
        port: 0,
        databaseUrl,
        viewerSecrets: testSecrets,
        webhookSecrets: [webhookSecret],
        paymentProvider: 'sandbox',
        ...config,
      },
      bus,
      logger,
      onQuery: (sql) => queries.push(sql),
    });
    const url = `http://127.0.0.1:${commerce.port}`;
    return { bus, commerce, url, client: signedClient({ url }) };
  };
  let running = await start();
  const stop = async ({ commerce, bus }: typeof running) => {
    await commerce.close();
    await bus.close();
  };
  stack.defer('commerce', () => stop(running));
  const as: TestCommerce['as'] = (id, role = 'student') => running.client.as({ id, role });
  const admin = newId();

  const tell: TestCommerce['tell'] = (type, event) =>
    running.bus.publish(createEvent(type, event, new Date()));
  return {
    get url() {
      return running.url;
    },
    get admin() {
      return as(admin, 'admin');
    },
    as,
    told,
    tell,
    async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
      return (await pool.query<Row>(text, values)).rows;
    },
    async selects(action) {
      const from = queries.length;
      await action();
      const workers = /"(outbox|inbox|dead_letters|refunds|sandbox_\w+|expires_at" <)/;
      return queries.slice(from).filter((sql) => /^\s*SELECT/.test(sql) && !workers.test(sql));
    },
    async course(amountMinor, currency = 'EUR', instructorId = newId()) {
      const courseId = newId();
      await tell('course.changed', courseChanged(courseId, { instructorIds: [instructorId] }));
      const answer = await as(instructorId, 'instructor').query<{
        setCoursePrice: { userErrors: unknown[] };
      }>(
        `mutation ($input: SetCoursePriceInput!) {
          setCoursePrice(input: $input) { userErrors { code } } }`,
        { input: { courseId, amountMinor, currency } },
      );
      if (answer.data.setCoursePrice.userErrors.length > 0) throw new Error('no price set');
      return courseId;
    },
    async pay(checkoutUrl, cardNumber = payingCard) {
      const response = await fetch(`${checkoutUrl}/pay`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ cardNumber }),
      });
      return { status: response.status, body: await response.json() };
    },
    async webhook(event, { secret = webhookSecret, secondsAgo = 0 } = {}) {
      const payload = JSON.stringify(event);
      const timestamp = Math.floor(Date.now() / 1000) - secondsAgo;
      const response = await fetch(`${running.url}/webhooks/stripe`, {
        method: 'POST',
        headers: {
          'stripe-signature': Stripe.webhooks.generateTestHeaderString({
            payload,
            secret,
            timestamp,
          }),
        },
        body: payload,
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    async restart(config) {
      await stop(running);
      running = await start(config);
    },
    async another() {
      const beside = await start();
      stack.defer('another commerce', () => stop(beside));
      return beside.client;
    },
    close: () => stack.close(),
  };
}

export interface OrderAnswer {
  id: string;
  status: string;
  total: { amountMinor: string; currency: string };
  discount: { amountMinor: string };
  checkoutUrl: string | null;
  couponCode: string | null;
  lines: {
    id: string;
    status: string;
    course: { id: string };
    total: { amountMinor: string };
  }[];
  refunds: { status: string; reason: string; amount: { amountMinor: string } }[];
}

export interface Refused {
  code: string;
  field: string[] | null;
}

const orderFields = `id status total { amountMinor currency } discount { amountMinor }
  checkoutUrl couponCode lines { id status course { id } total { amountMinor } }
  refunds { status reason amount { amountMinor } }`;

/** Sends a mutation that gives an order. */
export async function mutateOrder(
  client: ViewerClient,
  mutation: 'createOrder' | 'cancelOrder' | 'refundOrder',
  input: Record<string, unknown>,
): Promise<{ order: OrderAnswer | null; userErrors: Refused[] }> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await client.query<
    Record<string, { order: OrderAnswer | null; userErrors: Refused[] }>
  >(
    `mutation ($input: ${type}!) {
      ${mutation}(input: $input) { order { ${orderFields} } userErrors { code field } } }`,
    { input },
  );
  const answer = data?.[mutation];
  if (answer === undefined) throw new Error(`${mutation}: ${JSON.stringify(errors)}`);
  return answer;
}

/** Makes an order that must succeed. */
export async function createOrder(
  client: ViewerClient,
  courseIds: string[],
  given: Record<string, unknown> = {},
): Promise<OrderAnswer> {
  const input = { courseIds, idempotencyKey: newId(), ...given };
  const { order, userErrors } = await mutateOrder(client, 'createOrder', input);
  if (order === null) throw new Error(`refused: ${JSON.stringify(userErrors)}`);
  return order;
}

export async function readOrder(client: ViewerClient, id: string): Promise<OrderAnswer> {
  const { data } = await client.query<{ order: OrderAnswer | null }>(
    `query ($id: ID!) { order(id: $id) { ${orderFields} } }`,
    { id },
  );
  if (data.order === null) throw new Error('no such order');
  return data.order;
}
