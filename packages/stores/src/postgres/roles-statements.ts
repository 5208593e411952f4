import type pg from 'pg';

/** The statements by which the suite of `ops/postgres/roles.sql` finds out what a role may do. */

export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
}

/** Every table of a schema, partitions and the ledger included, with one column that may be written. */
export async function tablesOf(client: pg.Client, schema: string): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT $1::text AS schema, c.relname AS name,
            (SELECT attname FROM pg_attribute AS a
              WHERE a.attrelid = c.oid AND attnum > 0 AND attgenerated = '' ORDER BY attnum LIMIT 1) AS column
       FROM pg_class AS c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 2`,
    [schema],
  );
  return rows;
}

/** Statements that touch no row: what is refused is refused before one is looked for. */
export function verbsOn({ schema, name, column }: Table) {
  const table = `"${schema}"."${name}"`;
  return {
    reads: [`SELECT * FROM ${table} LIMIT 0`],
    writes: [
      `INSERT INTO ${table} ("${column}") SELECT "${column}" FROM ${table} WHERE false`,
      `UPDATE ${table} SET "${column}" = "${column}" WHERE false`,
      `DELETE FROM ${table} WHERE false`,
    ],
    empties: [`TRUNCATE ${table} CASCADE`],
  };
}

export const forbiddenToSubgraph = (
  schema: string,
  table: string,
  names: { self: string; migrator: string; superuser: string },
): string[] => [
  `CREATE TABLE ${schema}.mine (n int)`,
  `CREATE TABLE public.mine (n int)`,
  `CREATE TEMPORARY TABLE mine (n int)`,
  `CREATE SCHEMA mine`,
  `CREATE INDEX ON ${schema}.${table} ((1))`,
  `CREATE FUNCTION ${schema}.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  `CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  `CREATE SEQUENCE ${schema}.mine`,
  `CREATE TYPE ${schema}.mine AS ENUM ('a')`,
  `CREATE EXTENSION hstore SCHEMA public`,
  `ALTER TABLE ${schema}.${table} ADD COLUMN mine int`,
  `ALTER TABLE ${schema}.${table} DISABLE TRIGGER ALL`,
  `ALTER TABLE ${schema}.${table} OWNER TO ${names.self}`,
  `DROP TABLE ${schema}.${table} CASCADE`,
  `DROP SCHEMA ${schema} CASCADE`,
  `SET ROLE ${names.migrator}`,
  ...forbiddenToAll(names),
];

export const forbiddenToMigrator = (names: { self: string; superuser: string }): string[] => [
  'CREATE TABLE public.mine (n int)',
  'CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS $$SELECT 1$$',
  `DROP SCHEMA public CASCADE`,
  ...forbiddenToAll(names),
];

const forbiddenToAll = ({ self, superuser }: { self: string; superuser: string }): string[] => [
  `SET ROLE ${superuser}`,
  `SET SESSION AUTHORIZATION ${superuser}`,
  `ALTER ROLE ${self} SUPERUSER`,
  `ALTER ROLE ${superuser} PASSWORD 'mine'`,
  `CREATE ROLE mine`,
  `SELECT * FROM pg_authid`,
  `SELECT pg_read_file('/etc/passwd')`,
  `COPY (SELECT 1) TO PROGRAM 'true'`,
  `CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE c AS 'mine'`,
];

/** A table with each way of numbering, and a sequence of its own. */
export const laterMigration = `
  CREATE TABLE later (id serial PRIMARY KEY, number int GENERATED ALWAYS AS IDENTITY, note text);
  CREATE SEQUENCE later_numbers;`;

/** Everything that the script sets, beside the passwords' salt. */
export async function state(client: pg.Client): Promise<unknown[]> {
  const queries = [
    `SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
            rolbypassrls, rolconnlimit, rolvaliduntil FROM pg_roles ORDER BY 1`,
    `SELECT datacl::text FROM pg_database WHERE datname = current_database()`,
    `SELECT nspname, nspowner::regrole, nspacl::text FROM pg_namespace ORDER BY 1`,
    `SELECT oid::regclass::text, relowner::regrole, relacl::text FROM pg_class ORDER BY 1`,
    `SELECT defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype, defaclacl::text
       FROM pg_default_acl ORDER BY 1, 2, 3`,
    `SELECT extname, extversion, extnamespace::regnamespace FROM pg_extension ORDER BY 1`,
    `SELECT roleid::regrole, member::regrole FROM pg_auth_members ORDER BY 1, 2`,
  ];
  const results: unknown[] = [];
  for (const sql of queries) results.push((await client.query(sql)).rows);
  return results;
}
