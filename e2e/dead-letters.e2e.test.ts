import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, it } from 'vitest';

// `npm run dead-letters` as an operator runs it, against the shared platform and each of its subgraphs.

const root = fileURLToPath(new URL('..', import.meta.url));

const run = (args: readonly string[], dataDirectory = inject('platform').dataDirectory) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      ['dist/tools/dead-letters/main.js', ...args],
      { cwd: root, env: { PATH: process.env['PATH'], DATA_DIR: dataDirectory } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });

describe('npm run dead-letters', () => {
  it('reaches every subgraph of the running platform', async () => {
    const listed = await run(['list']);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toMatch(/^\d+ dead letters?$/m);
    const now = new Date().toISOString();
    const { stdout } = await run(['republish', '--since', now]);
    const published = stdout.trim().split('\n');
    const names = ['learning', 'commerce', 'content', 'insights'];
    expect(published.map((line) => line.replace(/\d+/, 'N'))).toEqual(
      names.map((name) => `${name} publishes N events again`),
    );
    const unknown = randomUUID();
    const replayed = await run(['replay', '--id', unknown]);
    expect(replayed).toMatchObject({ code: 1, stdout: `${unknown} is no dead letter\n` });
  });

  it('says in one line what is wrong', async () => {
    for (const [args, directory] of [
      [['list'], '/nowhere'],
      [['replay'], undefined],
      [['list', '--subgraph', 'x'], undefined],
      [['republish', '--since', '2020-01-01T00:00:00Z'], undefined],
    ] as const) {
      const { code, stderr } = await run(args, directory);
      expect([code, stderr.trim().split('\n')]).toEqual([1, [expect.stringMatching(/\w/)]]);
    }
  });
});
