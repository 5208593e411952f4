import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Closable } from '@pcc/platform';
import pg from 'pg';

/** The script itself. */
export const rolesScript = new URL('../../../../ops/postgres/roles.sql', import.meta.url);

export type DatabaseRole = 'migrator' | 'learning' | 'commerce' | 'content' | 'insights';
const databaseRoles: readonly DatabaseRole[] = [
  'migrator',
  'learning',
  'commerce',
  'content',
  'insights',
];

/**
 * The roles of `ops/postgres/roles.sql` in a test's database, under names of its own: roles are shared by all
 * databases of a server.
 *
 * @param superuserUrl of `startPostgresServer`
 * @returns `urlOf` a role; `run` runs the script again
 */
export async function createTestRoles(superuserUrl: string): Promise<
  {
    urlOf(role: DatabaseRole): string;
    nameOf(role: DatabaseRole): string;
    /** What psql would need to run the script for these very roles. */
    readonly environment: Readonly<Record<string, string>>;
    run(): Promise<void>;
  } & Closable
> {
  const prefix = `test_${randomBytes(4).toString('hex')}_`;
  const password = `it's ${randomBytes(16).toString('hex')}`; // quoting is part of the script
  const script = await rolesSql({ prefix, password });
  const asSuperuser = async (sql: string) => {
    const client = new pg.Client({ connectionString: superuserUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await asSuperuser(script);
  const names = databaseRoles.map((role) => pg.escapeIdentifier(`${prefix}${role}`));
  return {
    nameOf: (role) => `${prefix}${role}`,
    urlOf(role) {
      const url = new URL(superuserUrl);
      Object.assign(url, { username: `${prefix}${role}`, password });
      return url.href;
    },
    environment: {
      DB_ROLE_PREFIX: prefix,
      ...Object.fromEntries(
        databaseRoles.map((role) => [`${role.toUpperCase()}_DB_PASSWORD`, password]),
      ),
    },
    run: () => asSuperuser(script),
    // One after the other: what is owned by several of them at once, DROP OWNED cannot find the second time.
    close: () =>
      asSuperuser(
        names.map((name) => `DROP OWNED BY ${name} CASCADE; DROP ROLE ${name};`).join(''),
      ),
  };
}

/** The script as psql would send it: its own commands left out, its variables filled in. */
async function rolesSql(given: { prefix: string; password: string }): Promise<string> {
  const text = await readFile(rolesScript, 'utf8');
  return text
    .replaceAll(/^\\.*$/gm, '')
    .replaceAll(/:'(\w+)'/g, (_all, name: string) =>
      pg.escapeLiteral(name === 'role_prefix' ? given.prefix : given.password),
    );
}
