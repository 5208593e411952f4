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

/** @param {string} folder @returns {Promise<string[]>} every file below it */
async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * @param {string[]} files anything; what is no TypeScript, or a test, is left out
 * @param {string} base of the output's folders
 * @param {string} output emptied first
 */
async function transpile(files, base, output) {
  await rm(output, { recursive: true, force: true });
  await build({
    entryPoints: files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')),
    outdir: output,
    outbase: base,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  });
}

/** @param {string} folder a workspace with a `src/` */
async function buildWorkspace(folder) {
  const source = join(folder, 'src');
  const output = join(folder, 'dist');
  const files = await filesBelow(source);
  await transpile(files, source, output);
  await Promise.all(
    files
      .filter((file) => !file.endsWith('.ts'))
      .map((file) => cp(file, join(output, relative(source, file)))),
  );
}

/** The root's own programs (start, demo, import, …) go to `dist/` at the root. */
async function buildRoot() {
  const files = (
    await Promise.all(['start', 'tools'].map((folder) => filesBelow(join(root, folder))))
  ).flat();
  await transpile([join(root, 'start.ts'), ...files], root, join(root, 'dist'));
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
