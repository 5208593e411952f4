import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@pcc/platform';
import pg from 'pg';
import { errorMessage, MigrationError } from '../errors.js';
import { createLedger, isApplied, ledger, ledgerExists, readLedger } from './ledger.js';
import { withAdvisoryLock, withClient } from './migration-client.js';
import { type MigrationFile, pending, readMigrations } from './migration-files.js';

export interface PostgresMigrationOptions {
  readonly url: string;
  /** Owns the tables and the ledger; created if missing. */
  readonly schema: string;
  /** Has one folder `NNNN_name` for each migration, with `migration.sql` and `down.sql`. */
  readonly directory: string;
  readonly logger: Logger;
}

/** First line of a file whose one statement cannot run in a transaction (`CREATE INDEX CONCURRENTLY`). */
const noTransaction = '-- no-transaction';

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
