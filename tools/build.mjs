/**
 * Transpiles a workspace's `src/` to `dist/` file by file and copies everything else (SDL, SQL, HTML)
 * beside it. Types are checked by `npm run typecheck`; this only has to be fast, because `npm start`
 * runs it. Usage: `node tools/build.mjs [folder...]`, without folders: every workspace and the root.
 */
import { cp, readdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} folder @returns {Promise<string[]>} every file below it, installed packages left out */
async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(path);
    return [path];
  });
  return (await Promise.all(files)).flat();
}

/**
 * Files are written over the old ones and what has no source any more goes last: a platform that starts
 * from `dist/` at this moment never finds a hole.
 * @param {string[]} files TypeScript is transpiled, tests are left out, anything else is copied
 * @param {string} base of the output's folders
 * @param {string} output
 */
async function write(files, base, output) {
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const others = files.filter((file) => !file.endsWith('.ts'));
  const outputOf = (/** @type {string} */ file) => join(output, relative(base, file));
  await build({
    entryPoints: sources,
    outdir: output,
    outbase: base,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  });
  await Promise.all(others.map((file) => cp(file, outputOf(file))));
  const scripts = sources.map((file) => outputOf(file).replace(/\.ts$/, '.js'));
  const expected = new Set([
    ...scripts,
    ...scripts.map((file) => `${file}.map`),
    ...others.map(outputOf),
  ]);
  const stale = (await filesBelow(output)).filter((file) => !expected.has(file));
  await Promise.all(stale.map((file) => rm(file)));
}

/** @param {string} folder a workspace with a `src/` */
async function buildWorkspace(folder) {
  const source = join(folder, 'src');
  await write(await filesBelow(source), source, join(folder, 'dist'));
}

/** The root's own programs (start, demo, import, bench, …) go to `dist/` at the root. */
async function buildRoot() {
  const files = (
    await Promise.all(['start', 'tools', 'bench'].map((folder) => filesBelow(join(root, folder))))
  ).flat();
  const sources = files.filter((file) => file.endsWith('.ts'));
  await write([join(root, 'start.ts'), ...sources], root, join(root, 'dist'));
}

const folders = process.argv.slice(2);
if (folders.length > 0) {
  await Promise.all(folders.map((folder) => buildWorkspace(folder)));
} else {
  const groups = ['packages', 'subgraphs'];
  const workspaces = (
    await Promise.all(
      groups.map(async (group) =>
        (await readdir(join(root, group), { withFileTypes: true }))
          .filter((entry) => entry.isDirectory())
          .map((entry) => join(root, group, entry.name)),
      ),
    )
  ).flat();
  await Promise.all([...workspaces, join(root, 'router')].map((folder) => buildWorkspace(folder)));
  await buildRoot();
}
