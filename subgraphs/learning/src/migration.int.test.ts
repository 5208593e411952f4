import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '@pcc/platform';
import { migratePostgresDown } from '@pcc/stores';
import { startTestPostgres } from '@pcc/testkit';
import { readdir } from 'node:fs/promises';
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
