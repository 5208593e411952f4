import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { errorMessage, MigrationError, StoreError } from '../errors.js';

/** The lock that `prisma migrate` takes, so that it and we never run at once. */
const advisoryLock = 72707369;
const lockTimeoutMs = 60_000;

export async function withClient<Value>(
  url: string,
  work: (client: pg.Client) => Promise<Value>,
): Promise<Value> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // a lost connection also fails the query under way
  try {
    await client.connect();
  } catch (error) {
    throw new StoreError(`Cannot connect to Postgres: ${errorMessage(error)}`, { cause: error });
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function withAdvisoryLock<Value>(
  client: pg.Client,
  work: () => Promise<Value>,
): Promise<Value> {
  const deadline = Date.now() + lockTimeoutMs;
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS locked',
      [advisoryLock],
    );
    if (rows[0]?.locked === true) break;
    if (Date.now() > deadline)
      throw new MigrationError('another migration has been running for a minute; giving up');
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [advisoryLock]).catch(() => undefined);
  }
}
