import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { testDirectory } from './directory.js';

type Row = Readonly<Record<string, unknown>>;

/** Rows by their primary key, of each table. */
export type SchemaRows = ReadonlyMap<string, ReadonlyMap<string, Row>>;

/** Every row of every table of a schema, the ledger of migrations apart. */
export async function rowsOf(client: pg.Client, schema: string): Promise<SchemaRows> {
  const tables = await client.query<{ name: string; key: string[] }>(
    `SELECT c.relname AS name, array_agg(a.attname ORDER BY a.attnum)::text[] AS key
       FROM pg_class AS c
       JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
       JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
      WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname NOT LIKE '\\_prisma%'
      GROUP BY c.relname ORDER BY c.relname`,
    [schema],
  );
  const found = new Map<string, ReadonlyMap<string, Row>>();
  for (const { name, key } of tables.rows) {
    const { rows } = await client.query<{ row: Row }>(
      `SELECT to_jsonb(t) AS row FROM "${schema}"."${name}" AS t`,
    );
    const keyed = rows.map(
      ({ row }) => [JSON.stringify(key.map((part) => row[part])), row] as const,
    );
    found.set(name, new Map(keyed));
  }
  return found;
}

/**
 * What of some rows is not there any more: `table` when a row of it is gone, `table.column` when a value has changed or
 * its column is gone.
 */
export function lostRows(before: SchemaRows, after: SchemaRows): string[] {
  const lost = new Set<string>();
  for (const [table, rows] of before) {
    for (const [key, row] of rows) {
      const left = after.get(table)?.get(key);
      if (left === undefined) lost.add(table);
      else {
        for (const [column, value] of Object.entries(row)) {
          if (JSON.stringify(left[column]) !== JSON.stringify(value))
            lost.add(`${table}.${column}`);
        }
      }
    }
  }
  // Of a table that has lost rows the columns need not be told.
  return [...lost]
    .filter((name) => !lost.has(name.split('.')[0] ?? '') || !name.includes('.'))
    .sort();
}

export interface MigrationWalk {
  readonly client: pg.Client;
  readonly schema: string;
  /** One folder for each migration; all of them are applied, and there are rows in every table. */
  readonly directory: string;
  /** Takes back the newest migration of a directory. */
  down(name: string, directory: string): Promise<unknown>;
  /** Applies the migrations of a directory. */
  up(directory: string): Promise<unknown>;
}

/** What taking a migration back, and applying it again, has done to the rows. */
export interface MigrationLoss {
  readonly name: string;
  /** What is not as it was after both. */
  readonly lost: readonly string[];
  /** What the older schema had, and applying has changed: nothing, one would hope. */
  readonly lostOnTheWayUp: readonly string[];
}

/**
 * Takes every migration but the first, which makes the tables, back, applies it again, and takes it back for the next
 * older one: the newest first. Ends with the first migration alone.
 */
export async function walkMigrations(walk: MigrationWalk): Promise<MigrationLoss[]> {
  const { client, schema } = walk;
  const names = (await readdir(walk.directory)).sort();
  const copy = await testDirectory();
  await cp(walk.directory, copy.path, { recursive: true });
  const losses: MigrationLoss[] = [];
  for (const name of names.slice(1).reverse()) {
    const before = await rowsOf(client, schema);
    await walk.down(name, copy.path);
    const below = await rowsOf(client, schema);
    await walk.up(copy.path);
    const after = await rowsOf(client, schema);
    losses.push({ name, lost: lostRows(before, after), lostOnTheWayUp: lostRows(below, after) });
    await walk.down(name, copy.path);
    await rm(join(copy.path, name), { recursive: true });
  }
  await copy.close();
  return losses;
}
