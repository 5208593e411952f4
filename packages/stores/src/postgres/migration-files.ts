import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, MigrationError, StoreError } from '../errors.js';
import { isApplied, ledger, type LedgerRow } from './ledger.js';

export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
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

/** First line of a file whose one statement cannot run in a transaction (`CREATE INDEX CONCURRENTLY`). */
const noTransaction = '-- no-transaction';

/** Whether the file is to run outside a transaction; its names need their schema then. */
export const isBare = (sql: string): boolean => sql.startsWith(noTransaction);

/** @throws MigrationError when the migration has none */
export async function readDown(directory: string, schema: string, name: string): Promise<string> {
  try {
    return await readFile(join(directory, name, 'down.sql'), 'utf8');
  } catch (error) {
    throw new MigrationError(`${schema}: ${name} has no down.sql`, { cause: error });
  }
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

const nameList = (rows: readonly LedgerRow[]) => rows.map((row) => row.migration_name).join(', ');
