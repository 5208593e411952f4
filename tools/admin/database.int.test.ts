import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { generateSigningKey, migrateLearning } from '@pcc/learning';
import { openLearningOperator, type OperatorConfig } from '@pcc/learning/operator';
import { newId, silentLogger } from '@pcc/platform';
import { StoreError } from '@pcc/stores';
import { startTestPostgres } from '@pcc/stores/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** `npm run admin` as a production installation runs it the first time: there is a migrated database, and nothing else. */
const main = fileURLToPath(new URL('../../dist/tools/admin/main.js', import.meta.url));
let postgres: Awaited<ReturnType<typeof startTestPostgres>>;
let client: pg.Client;
/** What the command says before `npm run migrate`. */
let saidBefore: unknown;
beforeAll(async () => {
  postgres = await startTestPostgres();
  saidBefore = await inProcess('ada@school.test').catch((error: unknown) => error);
  await migrateLearning({ databaseUrl: postgres.urlOf('migrator'), logger: silentLogger });
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await postgres.close();
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param password for standard input, when given */
function create(email: string, env: Record<string, string> = {}, password?: string): Promise<Run> {
  const flags = password === undefined ? [] : ['--password-stdin'];
  const PATH = process.env['PATH'] ?? '';
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, 'create', email, ...flags],
      { env: { PATH, LEARNING_DATABASE_URL: postgres.urlOf('learning'), ...env } },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin?.end(`${password ?? ''}\n`);
  });
}

const password = 'correct horse battery staple';
const way =
  /^Works on the database \S+ on 127\.0\.0\.1:\d+ by itself \(LEARNING_DATABASE_URL\)\.\n/;

/** The same without a process, which takes two seconds to load. */
async function inProcess(email: string, config: Partial<OperatorConfig> = {}) {
  const databaseUrl = postgres.urlOf('learning');
  const none = { redisUrl: undefined, signingKeys: undefined, publicUrl: undefined };
  const operator = await openLearningOperator({ ...none, databaseUrl, ...config }, silentLogger);
  const answer = await operator.makeAdmin({ email });
  await operator.close();
  return answer;
}

it('says that the tables are missing, and how to make them', () => {
  const expected = 'The database has no tables of learning: run `npm run migrate` first.';
  expect(saidBefore).toEqual(new StoreError(expected));
});

it('makes one admin, however often and however many at once, and tells it once', async () => {
  const email = `${newId()}@school.test`;
  const runs = await Promise.all([create(email, {}, password), create(email, {}, password)]);
  runs.push(await create(email, {}, password));
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  for (const { stderr } of runs) expect(stderr).toMatch(way);
  const { rows } = await client.query<{ id: string; role: string }>(
    'SELECT id, role FROM learning.users WHERE email = $1',
    [email],
  );
  expect(rows).toMatchObject([{ role: 'admin' }]);
  const id = rows[0]?.id ?? '';
  const already = `${email} is an admin already (${id}); nothing was changed.\n`;
  expect(runs.map(({ stdout }) => stdout).sort()).toEqual(
    [`${email} is an admin now (${id}).\n`, already, already].sort(),
  );
  const events = await client.query(
    'SELECT type, data FROM learning.outbox WHERE aggregate_id = $1',
    [id],
  );
  // Committed with the account: a learning that is started publishes it.
  expect(events.rows).toEqual([
    {
      type: 'user.registered',
      data: { userId: id, role: 'admin', language: 'en', timeZone: 'UTC' },
    },
  ]);
});

it('gives a link when it has the keys of learning, and else wants a password', async () => {
  const email = `${newId()}@school.test`;
  expect(await inProcess(email)).toMatchObject({ userErrors: [{ code: 'PASSWORD_NEEDED' }] });
  const signingKeys = [await generateSigningKey()];
  const made = await inProcess(email, { signingKeys, publicUrl: 'https://school.example' });
  expect(made).toMatchObject({
    outcome: 'CREATED',
    token: expect.stringMatching(/^[\w-]+\.[\w-]+$/) as string,
    link: expect.stringContaining('https://school.example/reset-password?token=') as string,
  });
  expect(await inProcess(email)).toMatchObject({ outcome: 'ALREADY_ADMIN', token: null });
});

it('says so when the database does not answer', async () => {
  const nowhere = { LEARNING_DATABASE_URL: 'postgresql://learning:secret@127.0.0.1:1/lms' };
  const { code, stderr } = await create('ada@school.test', nowhere, password);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^Works on the database lms on 127\.0\.0\.1:1 .*\nCannot use the database: /,
  );
  expect(stderr).not.toContain('secret');
});
