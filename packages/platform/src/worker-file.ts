import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The JavaScript of a worker thread that stands beside the caller. Built code is there already. From source
 * (tests, dev) it is bundled first: on Node 20 no TypeScript loader reaches a worker thread. The bundle is kept
 * inside the package, where its bare imports resolve; other workspaces are taken from their `dist/`.
 *
 * @param caller the caller's `import.meta.url`
 * @param name of the file without its ending: `./worker`
 */
export async function workerFile(caller: string, name: string): Promise<URL> {
  if (!caller.endsWith('.ts')) return new URL(`${name}.js`, caller);
  const { build } = await import('esbuild');
  const source = new URL(`${name}.ts`, caller);
  const result = await build({
    entryPoints: [fileURLToPath(source)],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
  });
  const code = result.outputFiles[0]?.text ?? '';
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const [packageFolder] = source.href.split('/src/');
  const folder = `${packageFolder}/node_modules/.cache/workers/`;
  const file = new URL(`${basename(name)}-${hash}.mjs`, folder);
  await mkdir(new URL(folder), { recursive: true });
  // Written aside and renamed: others, in this process too, may start the same worker at this moment.
  const temporary = new URL(`${file.href}.${randomUUID()}`);
  await writeFile(temporary, code);
  await rename(temporary, file);
  return file;
}
