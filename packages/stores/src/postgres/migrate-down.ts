import type pg from 'pg';
import { MigrationError } from '../errors.js';
import { isApplied, ledger, ledgerExists, lockLedger, readLedger } from './ledger.js';
import type { PostgresMigrationOptions } from './migrate.js';
import { failed, inTransaction, withAdvisoryLock, withClient } from './migration-client.js';
import {
  isBare,
  type MigrationFile,
  pending,
  readDown,
  readMigrations,
} from './migration-files.js';

/**
 * Takes back the newest applied migration by its `down.sql`. The ledger keeps the row, marked as rolled
 * back, as Prisma does.
 *
 * @param options.dryRun refuses what would be refused, and changes nothing
 * @throws MigrationError when `name` is unknown or not the newest applied one, has no `down.sql` or fails, and for what
 *   `migratePostgres` refuses
 */
export async function migratePostgresDown(
  options: PostgresMigrationOptions & { readonly name: string; readonly dryRun?: boolean },
): Promise<void> {
  const { schema, name, directory } = options;
  const files = await readMigrations(directory);
  if (!files.some((file) => file.name === name)) {
    throw new MigrationError(`${schema}: there is no migration ${name}`);
  }
  const sql = await readDown(directory, schema, name);
  await withClient(options.url, async (client) => {
    if (options.dryRun === true) return refuseUnlessNewest(client, schema, name, files);
    await withAdvisoryLock(client, async () => {
      await (isBare(sql) ? takeBackBare : takeBack)(client, schema, name, sql, files);
      options.logger.info({ schema, migration: name }, 'migration taken back');
    });
  });
}

async function takeBack(
  client: pg.Client,
  schema: string,
  name: string,
  sql: string,
  files: readonly MigrationFile[],
): Promise<void> {
  await inTransaction(client, schema, name, async () => {
    if (await ledgerExists(client, schema)) await lockLedger(client, schema);
    await refuseUnlessNewest(client, schema, name, files);
    await client.query(sql);
    await markRolledBack(client, schema, name);
  });
}

/** If it fails the migration counts as applied still, so that it can be taken back again. */
async function takeBackBare(
  client: pg.Client,
  schema: string,
  name: string,
  sql: string,
  files: readonly MigrationFile[],
): Promise<void> {
  await refuseUnlessNewest(client, schema, name, files);
  try {
    await client.query(sql);
  } catch (error) {
    throw failed(schema, name, error);
  }
  await markRolledBack(client, schema, name);
}

async function refuseUnlessNewest(
  client: pg.Client,
  schema: string,
  name: string,
  files: readonly MigrationFile[],
): Promise<void> {
  const rows = await readLedger(client, schema);
  pending(files, rows, schema); // an edited migration may not fit its down.sql any more
  const newest = rows
    .filter(isApplied)
    .map((row) => row.migration_name)
    .sort()
    .at(-1);
  if (newest !== name) {
    throw new MigrationError(
      `${schema}: ${name} is not the newest applied migration (${newest ?? 'none'} is)`,
    );
  }
}

const markRolledBack = (client: pg.Client, schema: string, name: string) =>
  client.query(
    `UPDATE ${ledger(schema)} SET rolled_back_at = now() WHERE migration_name = $1 AND rolled_back_at IS NULL`,
    [name],
  );
