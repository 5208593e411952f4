import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresMigrationOptions } from './migrate.js';

/** A schema and a folder of migrations that one test has to itself. */
export interface MigrationSetting {
  schema: string;
  readonly options: () => PostgresMigrationOptions;
  readonly write: (name: string, up: string, down?: string) => Promise<void>;
  /** `SCHEMA` stands for the test's own. */
  readonly query: (sql: string) => Promise<Record<string, unknown>[]>;
}

/** Writes the files of a migration as the repository has them. */
export async function writeMigration(
  directory: string,
  name: string,
  up: string,
  down?: string,
): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), up);
  if (down !== undefined) await writeFile(join(directory, name, 'down.sql'), down);
}

/** The schema's tables, beside the ledger. */
export const tables = async ({ query, schema }: MigrationSetting): Promise<unknown[]> =>
  (
    await query(
      `SELECT table_name FROM information_schema.tables
        WHERE table_schema = '${schema}' AND table_name <> '_prisma_migrations' ORDER BY 1`,
    )
  ).map((row) => row['table_name']);

/** The ledger's rows, oldest first. */
export const ledger = ({ query }: MigrationSetting) =>
  query(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS rolled_back, applied_steps_count AS steps
       FROM SCHEMA."_prisma_migrations" ORDER BY started_at`,
  );
