import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@pcc/platform';
import { testDirectory } from '@pcc/testkit';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { PostgresMigrationOptions } from './migrate.js';
import type { OpenPostgres } from './postgres.contract.js';

/** A schema and a folder of migrations that one test has to itself. */
export interface MigrationSetting {
  readonly schema: string;
  readonly options: () => PostgresMigrationOptions;
  /** In the SQL here and below, `SCHEMA` stands for the test's own. */
  readonly write: (name: string, up: string, down?: string) => Promise<void>;
  readonly query: (sql: string) => Promise<Record<string, unknown>[]>;
  /** A connection of its own. */
  readonly session: () => Promise<pg.Client>;
}

/** Opens a Postgres for the tests of this `describe`; each has a new setting, with `0001_init` in it. */
export function useMigrationSetting(open: OpenPostgres): MigrationSetting {
  let folder: Awaited<ReturnType<typeof testDirectory>>;
  let postgres: Awaited<ReturnType<OpenPostgres>>;
  let client: pg.Client;
  const clients: pg.Client[] = [];
  let counter = 0;
  const schema = () => `subgraph_${counter}`;
  const filledIn = (sql: string) => sql.replaceAll('SCHEMA', schema());
  const setting: MigrationSetting = {
    get schema() {
      return schema();
    },
    options: () => ({
      url: postgres.url,
      schema: schema(),
      directory: join(folder.path, schema()),
      logger: silentLogger,
    }),
    write: (name, up, down) =>
      writeMigration(
        setting.options().directory,
        name,
        filledIn(up),
        down === undefined ? undefined : filledIn(down),
      ),
    query: async (sql) => (await client.query<Record<string, unknown>>(filledIn(sql))).rows,
    session: async () => {
      const session = new pg.Client({ connectionString: postgres.url });
      session.on('error', () => undefined); // a suite may cut it off
      await session.connect();
      clients.push(session);
      return session;
    },
  };
  beforeAll(async () => {
    [folder, postgres] = [await testDirectory(), await open()];
    client = await setting.session();
  });
  afterAll(async () => {
    await Promise.all(clients.map((one) => one.end()));
    await postgres.close();
    await folder.close();
  });
  beforeEach(async () => {
    counter++;
    await setting.write(
      '0001_init',
      'CREATE TABLE people (id int PRIMARY KEY);',
      'DROP TABLE people;',
    );
  });
  return setting;
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
