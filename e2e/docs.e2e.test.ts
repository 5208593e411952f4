import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { graphClient, seed, waitFor, type Account } from '@pcc/testkit';
import { describe, expect, inject, it } from 'vitest';
import { newStudent, signedInAs } from './graph.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

const accountOf = async (role: 'student' | 'instructor') => {
  const file = await readFile(join(inject('platform').dataDirectory, 'demo-accounts.json'), 'utf8');
  return (JSON.parse(file) as Record<typeof role, Account>)[role];
};

describe('the examples of docs/connect-a-client.md', () => {
  it('a page that asks', async () => {
    const { email, password } = await accountOf('student');
    const { stdout } = await run(
      process.execPath,
      ['docs/examples/query.mjs', inject('platform').url, email, password],
      { cwd: root },
    );
    expect(stdout).toMatch(/^Sam Student\n(.* %.*\n)+session refreshed\n$/);
  });

  it('a dashboard that listens', async () => {
    const { url } = inject('platform');
    const { logIn } = await graphClient(url).run<{ logIn: { session: { accessToken: string } } }>(
      `mutation ($input: LogInInput!) {
         logIn(input: $input) { session { accessToken } userErrors { code } }
       }`,
      { input: await accountOf('instructor') },
    );
    const instructor = await signedInAs('instructor');
    const course = await seed(instructor).course().published().create();
    const example = spawn(
      process.execPath,
      ['docs/examples/dashboard.mjs', url, logIn.session.accessToken],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let printed = '';
    example.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const exited = once(example, 'exit');
    await waitFor(() => printed.includes('listening'));
    // It may print before its subscription stands: enrol somebody new until it has heard of one.
    await waitFor(async () => {
      const { client } = await newStudent();
      await client.run(
        'mutation ($id: ID!) { enrollInCourse(input: { courseId: $id }) { userErrors { code } } }',
        { id: course.id },
      );
      return /\d+ enrolments, \d+ active learners/.test(printed);
    });
    expect((await exited)[0]).toBe(0);
  });
});
