import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { workerFile } from './worker-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pcc-worker-file-'));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src/worker.ts'), 'export const answer: number = 42;\n');
});
afterAll(() => rm(folder, { recursive: true }));

it('makes one whole file, also for many who start the same worker at once', async () => {
  const caller = pathToFileURL(join(folder, 'src/launcher.ts')).href;
  const made = await Promise.all(Array.from({ length: 20 }, () => workerFile(caller, './worker')));
  const [first] = made;
  expect(new Set(made.map(({ href }) => href)).size).toBe(1);
  expect(await readFile(first ?? '', 'utf8')).toContain('42');
  expect(await readdir(join(folder, 'node_modules/.cache/workers'))).toHaveLength(1);
});

it('of built code is the file beside it', async () => {
  const file = await workerFile('file:///app/dist/launcher.js', './worker');
  expect(file.href).toBe('file:///app/dist/worker.js');
});
