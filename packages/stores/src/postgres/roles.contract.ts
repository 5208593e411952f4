import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@pcc/platform';
import { testDirectory } from '@pcc/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migratePostgres } from './migrate.js';
import { writeMigration } from './migration-test-setting.js';
import type { OpenPostgres } from './postgres.contract.js';
import {
  forbiddenToMigrator,
  forbiddenToSubgraph,
  laterMigration,
  state,
  tablesOf,
  verbsOn,
} from './roles-statements.js';
import { createTestRoles, type DatabaseRole } from './test-roles.js';

type Subgraph = Exclude<DatabaseRole, 'migrator'>;
const subgraphs: readonly Subgraph[] = ['learning', 'commerce', 'content', 'insights'];

const migrationsOf = (subgraph: Subgraph): string =>
  fileURLToPath(new URL(`../../../../prisma/${subgraph}/migrations`, import.meta.url));

/** `insufficient_privilege`: what a role is refused with, whatever it asked for. */
const insufficientPrivilege = '42501';

/** Runs one statement and takes it back. @returns the SQLSTATE that it failed with */
async function refusal(client: pg.Client, sql: string): Promise<string | undefined> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    return undefined;
  } catch (error) {
    return error instanceof pg.DatabaseError ? error.code : String(error);
  } finally {
    await client.query('ROLLBACK');
  }
}

/** @returns those of the statements that the client is not refused */
async function allowed(client: pg.Client, statements: readonly string[]): Promise<string[]> {
  const letThrough: string[] = [];
  for (const sql of statements) {
    if ((await refusal(client, sql)) !== insufficientPrivilege) letThrough.push(sql);
  }
  return letThrough;
}

/** What `ops/postgres/roles.sql` promises. @param open a server whose sessions have roles, as a superuser */
export function rolesContract(name: string, open: OpenPostgres): void {
  describe(name, () => {
    const cast = {} as Cast;
    const closing: (() => Promise<unknown>)[] = [];
    const connect = async (url: string) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      closing.unshift(() => client.end());
      return client;
    };
    beforeAll(async () => {
      const postgres = await open();
      closing.push(() => postgres.close());
      const roles = await createTestRoles(postgres.url);
      closing.unshift(() => roles.close());
      for (const subgraph of subgraphs) {
        await migratePostgres({
          url: roles.urlOf('migrator'),
          schema: subgraph,
          directory: migrationsOf(subgraph),
          logger: silentLogger,
        });
      }
      Object.assign(cast, {
        roles,
        superuser: await connect(postgres.url),
        migrator: await connect(roles.urlOf('migrator')),
        learning: await connect(roles.urlOf('learning')),
        commerce: await connect(roles.urlOf('commerce')),
        content: await connect(roles.urlOf('content')),
        insights: await connect(roles.urlOf('insights')),
      });
    });
    afterAll(async () => {
      for (const close of closing) await close();
    });
    describe.each(subgraphs)('the role of %s', (subgraph) => subgraphContract(cast, subgraph));
    describe('the migrator', () => migratorContract(cast));
    scriptContract(cast);
  });
}

type Cast = Record<DatabaseRole | 'superuser', pg.Client> & {
  readonly roles: Awaited<ReturnType<typeof createTestRoles>>;
};

function subgraphContract(cast: Cast, subgraph: Subgraph): void {
  it('reads and writes every table of its own schema, but its ledger it only reads', async () => {
    const tables = await tablesOf(cast.superuser, subgraph);
    expect(tables.length).toBeGreaterThan(3);
    for (const table of tables) {
      const { reads, writes } = verbsOn(table);
      const forbidden = table.name === '_prisma_migrations' ? writes : [];
      const statements = [...reads, ...writes];
      expect(await allowed(cast[subgraph], statements)).toEqual(
        statements.filter((sql) => !forbidden.includes(sql)),
      );
    }
  });

  it('is refused everything in every other schema, the ledgers included', async () => {
    for (const other of subgraphs.filter((one) => one !== subgraph)) {
      for (const table of await tablesOf(cast.superuser, other)) {
        const { reads, writes, empties } = verbsOn(table);
        expect(await allowed(cast[subgraph], [...reads, ...writes, ...empties])).toEqual([]);
      }
    }
  });

  it('is refused TRUNCATE, DDL, and to become anybody else', async () => {
    for (const table of await tablesOf(cast.superuser, subgraph)) {
      expect(await allowed(cast[subgraph], verbsOn(table).empties)).toEqual([]);
    }
    const [table] = await tablesOf(cast.superuser, subgraph);
    const statements = forbiddenToSubgraph(subgraph, table?.name ?? '', {
      self: cast.roles.nameOf(subgraph),
      migrator: cast.roles.nameOf('migrator'),
      superuser: cast.superuser.user ?? '',
    });
    expect(await allowed(cast[subgraph], statements)).toEqual([]);
  });
}

function migratorContract(cast: Cast): void {
  it('is no superuser, and cannot become one or drop the database', async () => {
    const { rows } = await cast.superuser.query(
      `SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
              rolpassword LIKE 'SCRAM-SHA-256$%' AS has_password
         FROM pg_authid WHERE rolname = $1`,
      [cast.roles.nameOf('migrator')],
    );
    expect(rows).toEqual([
      {
        rolsuper: false,
        rolcreatedb: false,
        rolcreaterole: false,
        rolreplication: false,
        rolbypassrls: false,
        has_password: true,
      },
    ]);
    const statements = forbiddenToMigrator({
      self: cast.roles.nameOf('migrator'),
      superuser: cast.superuser.user ?? '',
    });
    expect(await allowed(cast.migrator, statements)).toEqual([]);
    // None of these may run in a transaction.
    const database = pg.escapeIdentifier(cast.superuser.database ?? '');
    const others = [
      `DROP DATABASE ${database}`,
      'CREATE DATABASE mine',
      'ALTER SYSTEM SET fsync = off',
    ];
    for (const sql of others) {
      await expect(cast.migrator.query(sql)).rejects.toMatchObject({ code: insufficientPrivilege });
    }
  });

  it('makes tables that their subgraph, and only that, can use at once', async () => {
    const folder = await testDirectory();
    await cp(migrationsOf('learning'), folder.path, { recursive: true });
    await writeMigration(folder.path, '9999_later', laterMigration);
    await migratePostgres({
      url: cast.roles.urlOf('migrator'),
      schema: 'learning',
      directory: folder.path,
      logger: silentLogger,
    });
    await folder.close();
    const insert = `INSERT INTO learning.later (note) VALUES ('x') RETURNING id, number, nextval('learning.later_numbers')::int AS next`;
    expect((await cast.learning.query(insert)).rows).toEqual([{ id: 1, number: 1, next: 1 }]);
    for (const other of ['commerce', 'content', 'insights'] as const) {
      expect(
        await allowed(cast[other], [insert, `SELECT nextval('learning.later_numbers')`]),
      ).toEqual([]);
    }
  });
}

function scriptContract(cast: Cast): void {
  it('changes nothing when it is run again', async () => {
    const before = await state(cast.superuser);
    expect(JSON.stringify(before)).toContain(cast.roles.nameOf('insights'));
    await cast.roles.run();
    expect(await state(cast.superuser)).toEqual(before);
  });

  it('has the extensions of the embedded Postgres, as far as this server has them', async () => {
    const { rows } = await cast.superuser.query<{ name: string }>(
      `SELECT name FROM pg_available_extensions
        WHERE name IN ('vector', 'pg_trgm', 'unaccent', 'citext', 'pgcrypto') AND installed_version IS NULL`,
    );
    expect(rows).toEqual([]);
    const used = `SELECT similarity('a', 'b'), unaccent('é'), 'A'::citext, digest('x', 'sha256')`;
    expect(await allowed(cast.content, [used])).toEqual([used]);
  });
}
