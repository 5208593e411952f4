import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, serviceUrls } from '@pcc/testkit';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { rolesContract } from './roles.contract.js';
import { state } from './roles-statements.js';
import { createTestRoles, rolesScript } from './test-roles.js';

const server = serviceUrls().postgres ?? '';

describe.skipIf(server === '')('on the server of TEST_DATABASE_URL', () => {
  rolesContract('the roles of ops/postgres/roles.sql', () => createTestDatabase(server));
});

const hasPsql = spawnSync('psql', ['--version']).status === 0;

describe.skipIf(server === '' || !hasPsql)('by psql, as Postgres’ image does it', () => {
  const psql = (url: string, environment: Readonly<Record<string, string>>) =>
    spawnSync('psql', ['--no-psqlrc', '--dbname', url, '--file', fileURLToPath(rolesScript)], {
      env: { PATH: process.env['PATH'], ...environment },
      encoding: 'utf8',
    });

  it('makes what the suite above has seen', async () => {
    const database = await createTestDatabase(server);
    const roles = await createTestRoles(database.url);
    const superuser = new pg.Client({ connectionString: database.url });
    await superuser.connect();
    const before = await state(superuser);
    expect(psql(database.url, roles.environment)).toMatchObject({ status: 0, stdout: '' });
    expect(await state(superuser)).toEqual(before);

    const commerce = new pg.Client({ connectionString: roles.urlOf('commerce') });
    await commerce.connect(); // with the password that psql was given
    await commerce.end();

    const { CONTENT_DB_PASSWORD: _missing, ...incomplete } = roles.environment;
    const refused = psql(database.url, incomplete);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain('CONTENT_DB_PASSWORD is not set');
    await superuser.end();
    await roles.close();
    await database.close();
  });
});
