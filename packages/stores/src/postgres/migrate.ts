import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@pcc/platform';
import pg from 'pg';
import { errorMessage, MigrationError, StoreError } from '../errors.js';

export interface PostgresMigrationOptions {
  readonly url: string;
  /** Owns the tables and the ledger; created if missing. */
  readonly schema: string;
  /** Has one folder `NNNN_name` for each migration, with `migration.sql` and `down.sql`. */
  readonly directory: string;
  readonly logger: Logger;
}

/** The lock that `prisma migrate` takes, so that it and we never run at once. */
const advisoryLock = 72707369;
const lockTimeoutMs = 60_000;

/** First line of a file whose one statement cannot run in a transaction (`CREATE INDEX CONCURRENTLY`). */
const noTransaction = '-- no-transaction';

interface LedgerRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
  readonly rolled_back_at: Date | null;
}

interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Applies the migrations that are not in the ledger yet, oldest name first.
 *
 * The ledger is Prisma's, row for row, so that a real `prisma migrate deploy` agrees with it. Each migration
 * and its ledger row are one transaction: a failing one leaves nothing. Two runners at once take turns.
 *
 * @param options.dryRun names what would be applied, and changes nothing
 * @returns the names applied, in order
 * @throws MigrationError for an edited or missing file, a failed leftover of another tool, or failing SQL
 */
export async function migratePostgres(
  options: PostgresMigrationOptions & { readonly dryRun?: boolean },
): Promise<string[]> {
  const files = await readMigrations(options.directory);
  return withClient(options.url, async (client) => {
    if (options.dryRun === true) {
      const rows = (await ledgerExists(client, options.schema))
        ? await readLedger(client, options.schema)
        : [];
      return pending(files, rows, options.schema).map(({ name }) => name);
    }
    return withAdvisoryLock(client, async () => {
      await createLedger(client, options.schema);
      const todo = pending(files, await readLedger(client, options.schema), options.schema);
      const applied: string[] = [];
      for (const file of todo) {
        if (await apply(client, options.schema, file)) {
          applied.push(file.name);
          options.logger.info({ schema: options.schema, migration: file.name }, 'migrated');
        }
      }
      return applied;
    });
  });
}

/**
 * Takes back the newest applied migration by its `down.sql`. The ledger keeps the row, marked as rolled
 * back, as Prisma does.
 *
 * @throws MigrationError when `name` is not the newest applied one, or has no `down.sql`
 */
export async function migratePostgresDown(
  options: PostgresMigrationOptions & { readonly name: string },
): Promise<void> {
  const { schema, name, directory } = options;
  const path = join(directory, name, 'down.sql');
  if (!existsSync(path)) throw new MigrationError(`${schema}: ${name} has no down.sql`);
  const sql = await readFile(path, 'utf8');
  await withClient(options.url, (client) =>
    withAdvisoryLock(client, async () => {
      const newest = (await readLedger(client, schema))
        .filter(isApplied)
        .map((row) => row.migration_name)
        .sort()
        .at(-1);
      if (newest !== name) {
        throw new MigrationError(
          `${schema}: ${name} is not the newest applied migration (${newest ?? 'none'} is)`,
        );
      }
      await inTransaction(client, schema, name, async () => {
        await client.query(sql);
        await client.query(
          `UPDATE ${ledger(schema)} SET rolled_back_at = now() WHERE migration_name = $1 AND rolled_back_at IS NULL`,
          [name],
        );
      });
      options.logger.info({ schema, migration: name }, 'migration taken back');
    }),
  );
}

export async function readMigrations(directory: string): Promise<MigrationFile[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw new StoreError(`Cannot read migrations: ${errorMessage(error)}`, { cause: error });
  });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Compares files and ledger; refuses where they contradict each other. */
export function pending(
  files: readonly MigrationFile[],
  rows: readonly LedgerRow[],
  schema: string,
): MigrationFile[] {
  const failed = rows.filter((row) => row.finished_at === null && row.rolled_back_at === null);
  if (failed.length > 0) {
    throw new MigrationError(
      `${schema}: ${nameList(failed)} failed half-way earlier; mend the schema by hand, then set rolled_back_at (to run it again) or finished_at (if it is complete) in ${ledger(schema)}`,
    );
  }
  const applied = new Map(rows.filter(isApplied).map((row) => [row.migration_name, row.checksum]));
  for (const [name, checksum] of applied) {
    const file = files.find((candidate) => candidate.name === name);
    if (!file) throw new MigrationError(`${schema}: ${name} was applied, but its file is missing`);
    if (file.checksum !== checksum) {
      throw new MigrationError(
        `${schema}: ${name} was edited after it was applied; add a new migration instead`,
      );
    }
  }
  return files.filter(({ name }) => !applied.has(name));
}

const isApplied = (row: LedgerRow): boolean =>
  row.finished_at !== null && row.rolled_back_at === null;
const nameList = (rows: readonly LedgerRow[]) => rows.map((row) => row.migration_name).join(', ');

/** @returns false when another runner has applied it in the meantime */
async function apply(client: pg.Client, schema: string, file: MigrationFile): Promise<boolean> {
  if (file.sql.startsWith(noTransaction)) return applyBare(client, schema, file);
  return inTransaction(client, schema, file.name, async () => {
    // The advisory lock excludes nobody on the embedded engine (one session), so the ledger does.
    await client.query(`LOCK TABLE ${ledger(schema)} IN SHARE ROW EXCLUSIVE MODE`);
    const rows = await readLedger(client, schema);
    if (rows.some((row) => row.migration_name === file.name && isApplied(row))) return false;
    await client.query(file.sql);
    await client.query(
      `INSERT INTO ${ledger(schema)} (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), file.checksum, file.name],
    );
    return true;
  });
}

/** Without a transaction a failure can leave something half done, so the ledger says that it was begun. */
async function applyBare(client: pg.Client, schema: string, file: MigrationFile): Promise<boolean> {
  const id = randomUUID();
  await client.query(
    `INSERT INTO ${ledger(schema)} (id, checksum, migration_name) VALUES ($1, $2, $3)`,
    [id, file.checksum, file.name],
  );
  try {
    await client.query(file.sql);
  } catch (error) {
    await client.query(`UPDATE ${ledger(schema)} SET logs = $2 WHERE id = $1`, [
      id,
      errorMessage(error),
    ]);
    throw failed(schema, file.name, error);
  }
  await client.query(
    `UPDATE ${ledger(schema)} SET finished_at = now(), applied_steps_count = 1 WHERE id = $1`,
    [id],
  );
  return true;
}

async function inTransaction<Value>(
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
    throw error instanceof MigrationError ? error : failed(schema, name, error);
  }
}

const failed = (schema: string, name: string, error: unknown) =>
  new MigrationError(`${schema}: ${name} failed: ${errorMessage(error)}`, { cause: error });

const ledger = (schema: string): string => `${pg.escapeIdentifier(schema)}."_prisma_migrations"`;

async function ledgerExists(client: pg.Client, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS found',
    [ledger(schema)],
  );
  return rows[0]?.found === true;
}

async function createLedger(client: pg.Client, schema: string): Promise<void> {
  if (await ledgerExists(client, schema)) return; // a migrator may lack the right to create schemas
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
  await client.query(`CREATE TABLE IF NOT EXISTS ${ledger(schema)} (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
}

async function readLedger(client: pg.Client, schema: string): Promise<LedgerRow[]> {
  const { rows } = await client.query<LedgerRow>(
    `SELECT migration_name, checksum, finished_at, rolled_back_at FROM ${ledger(schema)} ORDER BY started_at`,
  );
  return rows;
}

async function withClient<Value>(
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

async function withAdvisoryLock<Value>(
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
