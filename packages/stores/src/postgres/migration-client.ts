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

/**
 * Asks again and again instead of waiting in the database: whoever waits there has an open snapshot, for
 * whose end the other runner's CREATE INDEX CONCURRENTLY would wait in turn.
 */
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

/** @throws MigrationError that names the migration, after everything was rolled back */
export async function inTransaction<Value>(
  client: pg.Client,
  schema: string,
  name: string,
  work: () => Promise<Value>,
): Promise<Value> {
  await client.query('BEGIN');
  try {
    // Names without a schema mean the subgraph's own, as they do for Prisma.
    await client.query(`SET LOCAL search_path TO ${pg.escapeIdentifier(schema)}, public`);
    const value = await work();
    await client.query('COMMIT');
    return value;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined); // a lost connection rolls back by itself
    throw failed(schema, name, error);
  }
}

/** What to throw for an error that came up in a migration. */
export const failed = (schema: string, name: string, error: unknown): MigrationError =>
  error instanceof MigrationError
    ? error
    : new MigrationError(`${schema}: ${name} failed: ${errorMessage(error)}`, { cause: error });
