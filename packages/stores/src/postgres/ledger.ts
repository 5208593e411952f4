import type pg from 'pg';
import { escapeIdentifier } from 'pg';

/** A row of Prisma's `_prisma_migrations`. */
export interface LedgerRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
  readonly rolled_back_at: Date | null;
}

export const isApplied = (row: LedgerRow): boolean =>
  row.finished_at !== null && row.rolled_back_at === null;

export const ledger = (schema: string): string =>
  `${escapeIdentifier(schema)}."_prisma_migrations"`;

export async function ledgerExists(client: pg.Client, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS found',
    [ledger(schema)],
  );
  return rows[0]?.found === true;
}

export async function createLedger(client: pg.Client, schema: string): Promise<void> {
  if (await ledgerExists(client, schema)) return; // a migrator may lack the right to create schemas
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`);
  await client.query(`CREATE TABLE IF NOT EXISTS ${ledger(schema)} (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
  await keepToOwner(client, schema);
}

/** Default privileges (ops/postgres/roles.sql) let the subgraph write every table of its schema, this one too. */
async function keepToOwner(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ grantee: string }>(
    `SELECT DISTINCT grantee FROM information_schema.role_table_grants
      WHERE table_schema = $1 AND table_name = '_prisma_migrations' AND grantee <> current_user`,
    [schema],
  );
  for (const { grantee } of rows) {
    await client.query(
      `REVOKE INSERT, UPDATE, DELETE ON ${ledger(schema)} FROM ${escapeIdentifier(grantee)}`,
    );
  }
}

/** Empty when there is no ledger yet. */
export async function readLedger(client: pg.Client, schema: string): Promise<LedgerRow[]> {
  if (!(await ledgerExists(client, schema))) return [];
  const { rows } = await client.query<LedgerRow>(
    `SELECT migration_name, checksum, finished_at, rolled_back_at FROM ${ledger(schema)} ORDER BY started_at`,
  );
  return rows;
}

/** Until the transaction ends nobody else changes the ledger; reading goes on. */
export const lockLedger = (client: pg.Client, schema: string) =>
  client.query(`LOCK TABLE ${ledger(schema)} IN SHARE ROW EXCLUSIVE MODE`);
