import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '@pcc/platform';
import { migratePostgresDown } from '@pcc/stores';
import { startTestPostgres } from '@pcc/stores/testing';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { schema } from './database.js';
import { migrateLearning, migrationsDirectory } from './migrate.js';

let postgres: Awaited<ReturnType<typeof startTestPostgres>>;
let client: pg.Client;
beforeAll(async () => {
  postgres = await startTestPostgres();
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await postgres.close();
});

/** Everything that the schema has, beside the ledger. */
const objects = async () => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relkind::text || ' ' || c.relname AS name FROM pg_class c
      WHERE c.relnamespace = 'learning'::regnamespace AND c.relname NOT LIKE '\\_prisma%'
     UNION ALL SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace = 'learning'::regnamespace AND conname NOT LIKE '\\_prisma%'
     UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'learning'::regnamespace
     UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE c.relnamespace = 'learning'::regnamespace AND NOT tgisinternal
     ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

it('goes up, down to nothing, and up to the same again', async () => {
  const options = { databaseUrl: postgres.url, logger: silentLogger };
  const names = (await readdir(migrationsDirectory)).sort();
  expect(await migrateLearning(options)).toEqual(names);
  const before = await objects();
  expect(before.length).toBeGreaterThan(50);
  for (const name of [...names].reverse()) {
    await migratePostgresDown({
      url: postgres.url,
      schema,
      directory: migrationsDirectory,
      logger: silentLogger,
      name,
    });
  }
  expect(await objects()).toEqual([]);
  expect(await migrateLearning(options)).toEqual(names);
  expect(await objects()).toEqual(before);
  expect(await migrateLearning(options)).toEqual([]);
});

const columnTypes: Record<string, string> = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'double precision',
  Boolean: 'boolean',
  DateTime: 'timestamp with time zone',
  Json: 'jsonb',
  'Unsupported("tsvector")': 'tsvector',
};

/** `table.column type` of every column that the Prisma schema names; `?` for those that may be null. */
async function describedColumns(): Promise<string[]> {
  const text = await readFile(join(migrationsDirectory, '../schema.prisma'), 'utf8');
  return [...text.matchAll(/^model \w+ \{\n(.*?)^\}/gms)].flatMap(([, body = '']) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1];
    const fields = body.matchAll(/^ {2}(\w+) +(\w+(?:\("\w+"\))?)(\[\])?(\??)(.*)$/gm);
    return [...fields].flatMap(([, name, type = '', list, optional, rest = '']) => {
      const single = rest.includes('@db.Uuid')
        ? 'uuid'
        : rest.includes('@db.Date')
          ? 'date'
          : columnTypes[type];
      if (single === undefined) return []; // a relation
      const known = list === undefined ? single : 'ARRAY';
      return [`${table}.${/@map\("(\w+)"\)/.exec(rest)?.[1] ?? name} ${known}${optional}`];
    });
  });
}

it('makes the very columns that the Prisma schema describes', async () => {
  await migrateLearning({ databaseUrl: postgres.url, logger: silentLogger });
  const { rows } = await client.query<{ column: string }>(
    `SELECT table_name || '.' || column_name || ' ' || data_type ||
            CASE WHEN is_nullable = 'YES' THEN '?' ELSE '' END AS "column"
       FROM information_schema.columns WHERE table_schema = 'learning'
        AND NOT (SELECT relispartition FROM pg_class
                  WHERE oid = format('learning.%I', table_name)::regclass)
        AND table_name NOT IN ('_prisma_migrations', 'outbox', 'inbox', 'dead_letters')`,
  );
  expect((await describedColumns()).sort()).toEqual(rows.map(({ column }) => column).sort());
});
