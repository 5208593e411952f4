import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testDirectory, type TestDirectory } from '@pcc/testkit';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

// `npm run demo` and `npm run import` as people run them, against the shared platform.

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a built tool; gives its exit code and what it printed. */
function run(tool: 'demo' | 'import', args: readonly string[], env: Record<string, string> = {}) {
  const { dataDirectory } = inject('platform');
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [`dist/tools/${tool}/main.js`, ...args],
      { cwd: root, env: { PATH: process.env['PATH'], DATA_DIR: dataDirectory, ...env } },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}
const here = () => ['--url', inject('platform').url];

interface Steps {
  readonly steps: readonly { name: string; ok: boolean; ms: number }[];
}
/** The steps of a `--json` run, which are its last line. */
const stepsOf = (stdout: string): Steps['steps'] =>
  (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Steps).steps;

describe('npm run demo', () => {
  it('plays the main job on a paid course', async () => {
    const { code, stdout } = await run('demo', [...here(), '--json']);
    expect(stdout).not.toContain('✗');
    expect(code).toBe(0);
    const steps = stepsOf(stdout);
    expect(steps.length).toBeGreaterThanOrEqual(15);
    expect(steps.every(({ ok, ms }) => ok && Number.isInteger(ms))).toBe(true);
  }, 120_000);

  it('plays it on a free course', async () => {
    const { code, stdout } = await run('demo', [...here(), '--course', 'learning-that-lasts']);
    expect(stdout).not.toContain('✗');
    expect(stdout).toMatch(/✓ she enrols/);
    expect(code).toBe(0);
  }, 120_000);

  it('fails honestly: a course that is not there fails its step and all that need it', async () => {
    const { code, stdout } = await run('demo', [...here(), '--course', 'no-such', '--json']);
    expect(code).toBe(1);
    expect(stdout).toContain('There is no published course “no-such”');
    const failed = stepsOf(stdout).filter(({ ok }) => !ok);
    expect(failed.length).toBeGreaterThan(10);
    expect(stdout).toContain('not tried, it needs “she searches the catalogue”');
  });
});

describe('npm run import', () => {
  let folder: TestDirectory;
  beforeEach(async () => {
    folder = await testDirectory();
    await writeTrack(folder.path);
  });
  afterEach(() => folder.close());

  it('imports a track with one bad row, twice, and the demo plays on it', async () => {
    const args = ['exercism', folder.path, ...here()];
    const first = await run('import', args);
    expect(first.stdout).toMatch(/config\.json:\d+: exercises\.practice\.1 \(broken\): difficulty/);
    expect(first.stdout).toContain('lessons: 2 new, 0 changed, 0 as before');
    expect(first.code).toBe(0);
    const second = await run('import', args);
    expect(second.stdout).toContain('nothing has changed since the last import');
    expect(second.code).toBe(0);
    const demo = await run('demo', [...here(), '--course', 'exercism-e2e-track']);
    expect(demo.stdout).not.toContain('✗');
    expect(demo.stdout).toContain('the course has none');
    expect(demo.code).toBe(0);
  }, 120_000);

  it('says in one line why nothing was imported', async () => {
    const nobody = await run('import', ['exercism', folder.path, '--url', 'http://127.0.0.1:1']);
    expect(nobody).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Cannot reach') as string,
    });
    const token = await run('import', ['exercism', folder.path, ...here()], { PCC_TOKEN: 'wrong' });
    expect(token).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('UNAUTHENTICATED') as string,
    });
    const empty = await run('import', ['exercism', join(folder.path, 'nowhere'), ...here()]);
    expect(empty).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('config.json (ENOENT)') as string,
    });
    for (const { stderr } of [nobody, token, empty])
      expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

async function writeTrack(path: string): Promise<void> {
  const exercise = (slug: string, more: object) => ({
    uuid: `uuid-${slug}`,
    slug,
    name: slug,
    ...more,
  });
  const config = {
    slug: 'e2e-track',
    language: 'End to end',
    blurb: 'A track for tests.',
    concepts: [{ uuid: 'uuid-basics', slug: 'basics', name: 'Basics' }],
    exercises: {
      concept: [exercise('start', { concepts: ['basics'], prerequisites: [] })],
      practice: [
        exercise('sums', { difficulty: 2, prerequisites: ['basics'] }),
        exercise('broken', { difficulty: 12, prerequisites: [] }),
      ],
    },
  };
  await writeFile(join(path, 'config.json'), JSON.stringify(config, null, 2));
  for (const folder of ['concept/start', 'practice/sums']) {
    const docs = join(path, 'exercises', folder, '.docs');
    await mkdir(docs, { recursive: true });
    await writeFile(join(docs, 'instructions.md'), `# Instructions\n\nWork through ${folder}.\n`);
  }
}
