import { randomUUID } from 'node:crypto';
import type { Logger } from '@pcc/platform';
import type pg from 'pg';
import { errorMessage } from '../errors.js';
import { createLedger, isApplied, ledger, lockLedger, readLedger } from './ledger.js';
import { failed, inTransaction, withAdvisoryLock, withClient } from './migration-client.js';
import { isBare, type MigrationFile, pending, readMigrations } from './migration-files.js';

export interface PostgresMigrationOptions {
  readonly url: string;
  /** Owns the tables and the ledger; created if missing. */
  readonly schema: string;
  /** Has one folder `NNNN_name` for each migration, with `migration.sql` and `down.sql`. */
  readonly directory: string;
  readonly logger: Logger;
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
  const { schema, logger } = options;
  const files = await readMigrations(options.directory);
  return withClient(options.url, async (client) => {
    const todo = async () => pending(files, await readLedger(client, schema), schema);
    if (options.dryRun === true) return (await todo()).map(({ name }) => name);
    return withAdvisoryLock(client, async () => {
      await createLedger(client, schema);
      const applied: string[] = [];
      for (const file of await todo()) {
        if (await apply(client, schema, file)) {
          applied.push(file.name);
          logger.info({ schema, migration: file.name }, 'migrated');
        }
      }
      return applied;
    });
  });
}

/** @returns false when another runner has applied it in the meantime */
async function apply(client: pg.Client, schema: string, file: MigrationFile): Promise<boolean> {
  if (isBare(file.sql)) return applyBare(client, schema, file);
  return inTransaction(client, schema, file.name, async () => {
    // The advisory lock excludes nobody on the embedded engine (one session), so the ledger does.
    await lockLedger(client, schema);
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
  const begun = await inTransaction(client, schema, file.name, async () => {
    await lockLedger(client, schema);
    const rows = await readLedger(client, schema);
    if (rows.some((row) => row.migration_name === file.name && row.rolled_back_at === null)) {
      return false;
    }
    await client.query(
      `INSERT INTO ${ledger(schema)} (id, checksum, migration_name) VALUES ($1, $2, $3)`,
      [id, file.checksum, file.name],
    );
    return true;
  });
  if (!begun) return false;
  try {
    await client.query(file.sql);
  } catch (error) {
    const logs = errorMessage(error);
    // A lost connection cannot say why; the row itself says that it did not end well.
    await client
      .query(`UPDATE ${ledger(schema)} SET logs = $2 WHERE id = $1`, [id, logs])
      .catch(() => undefined);
    throw failed(schema, file.name, error);
  }
  await client.query(
    `UPDATE ${ledger(schema)} SET finished_at = now(), applied_steps_count = 1 WHERE id = $1`,
    [id],
  );
  return true;
}
