import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  graphClient,
  httpMailbox,
  registerStudent,
  startPlatformProcess,
  StartFailed,
  testDirectory,
  waitFor,
  type PlatformOptions,
  type TestDirectory,
} from '@pcc/testkit';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

let directory: TestDirectory;
beforeEach(async () => {
  directory = await testDirectory();
});
afterEach(() => directory.close());

const bare = { DEMO_DATA: 'false' };

async function failureOf(options: PlatformOptions): Promise<StartFailed> {
  try {
    const running = await startPlatformProcess(options);
    await running.close();
  } catch (error) {
    if (error instanceof StartFailed) return error;
    throw error;
  }
  throw new Error('it started');
}

const account = { email: 'a@example.test', password: 'correct horse battery' };

describe('npm start', () => {
  it('makes demo data, stops cleanly on Ctrl-C, finds all at the next start', async () => {
    const dataDirectory = join(directory.path, 'data');
    const first = await startPlatformProcess({ dataDirectory });
    const { student } = await first.accounts();
    expect(first.output()).toContain(student.password);
    await graphClient(first.url).signIn(student);
    const mailbox = httpMailbox(first.mailboxUrl);
    await registerStudent(graphClient(first.url), mailbox, { ...account, displayName: 'A' });
    expect(await first.stop('SIGINT')).toBe(0);

    const second = await startPlatformProcess({ dataDirectory });
    // Shown once, at the first start.
    expect(second.output()).not.toContain(student.password);
    const visitor = graphClient(second.url);
    const me = await (await visitor.signIn(account)).run('{ me { displayName } }');
    expect(me).toEqual({ me: { displayName: 'A' } });
    await graphClient(second.url).signIn(student);
    const { courses } = await visitor.run<{ courses: { totalCount: number } }>(
      '{ courses { totalCount } }',
    );
    expect(courses.totalCount).toBeGreaterThan(2);
    expect(await second.stop('SIGTERM')).toBe(0);
  });

  it('refuses a second instance on the same data, and leaves the first alone', async () => {
    const { dataDirectory, url } = inject('platform');
    const failure = await failureOf({ dataDirectory, env: bare });
    expect(failure.exitCode).toBe(1);
    expect(failure.stderr.trim().split('\n')).toHaveLength(1);
    expect(failure.stderr).toContain(dataDirectory);
    await waitFor(async () => (await fetch(`${url}/ready`)).ok);
  });

  it('says which port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const failure = await failureOf({
      dataDirectory: join(directory.path, 'data'),
      env: { ...bare, PORT: String(port) },
    });
    await new Promise((resolve) => server.close(resolve));
    expect(failure.exitCode).toBe(1);
    expect(failure.stderr.trim()).toMatch(new RegExp(`^Port ${port} is taken.*$`));
  });

  it('says that the data folder cannot be written', async () => {
    // A file where the folder should be: root may write everywhere, but not into a file.
    await writeFile(join(directory.path, 'file'), '');
    const dataDirectory = join(directory.path, 'file', 'data');
    const failure = await failureOf({ dataDirectory, env: bare });
    expect([failure.exitCode, failure.stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(failure.stderr).toContain('DATA_DIR');
  });

  it.each([
    ['a bad URL', { DATABASE_URL: 'mysql://localhost/lms' }, /DATABASE_URL/],
    ['a bad port', { PORT: 'http' }, /PORT/],
    ['two mistakes at once', { PORT: '-1', MONGODB_URL: 'x' }, /PORT.*\n.*MONGODB_URL/],
    [
      'a database that does not answer',
      { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/lms' },
      /Postgres|database|ECONNREFUSED/i,
    ],
  ])('ends with one line per mistake on %s', async (_name, env, expected) => {
    const dataDirectory = join(directory.path, 'data');
    const failure = await failureOf({ dataDirectory, env: { ...bare, ...env } });
    expect(failure.exitCode).toBe(1);
    expect(failure.stderr).toMatch(expected);
    expect(failure.stderr).not.toContain('    at ');
  });
});
