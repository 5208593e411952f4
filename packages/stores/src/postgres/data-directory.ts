import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { engineVersion } from './engine.js';

/** Written once the engine has answered for the first time on these files. */
const marker = 'initialised';

const exists = async (path: string): Promise<boolean> => {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
};

/**
 * The engine's own files inside `directory`, made safe to open: a first start that was killed half-way
 * leaves files that can never be opened, and nothing of value, so they are removed.
 */
export async function prepareDataDirectory(
  directory: string,
  templateDirectory: string | undefined,
): Promise<string> {
  const data = join(directory, 'data');
  if (await exists(join(directory, marker))) return data;
  await rm(data, { recursive: true, force: true });
  if (templateDirectory !== undefined && (await exists(join(templateDirectory, marker)))) {
    await copyFolder(join(templateDirectory, 'data'), data);
  }
  return data;
}

/**
 * Reads and writes, where `fs.cp` has the system copy: that puts the bytes on the disk at once, and where removing
 * them must be told to the disk, each of the thousand files takes a millisecond more to remove.
 */
async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  const entries = await readdir(from, { withFileTypes: true });
  const copyFiles = async () => {
    // One after the other: a folder has hundreds, and a process only so many open files.
    for (const { name } of entries.filter((entry) => entry.isFile())) {
      await writeFile(join(to, name), await readFile(join(from, name)), { mode: 0o600 });
    }
  };
  const folders = entries.filter((entry) => entry.isDirectory());
  await Promise.all([
    copyFiles(),
    ...folders.map(({ name }) => copyFolder(join(from, name), join(to, name))),
  ]);
}

export const markInitialised = (directory: string): Promise<void> =>
  writeFile(join(directory, marker), new Date().toISOString());

export const isInitialised = (directory: string): Promise<boolean> =>
  exists(join(directory, marker));

/**
 * Publishes freshly made files as the template, complete or not at all. Of several makers the first wins;
 * the others' copies are dropped.
 */
export async function publishTemplate(made: string, templateDirectory: string): Promise<void> {
  await mkdir(dirname(templateDirectory), { recursive: true });
  try {
    await rename(made, templateDirectory);
  } catch (error) {
    if (!(await isInitialised(templateDirectory))) throw error;
    await rm(made, { recursive: true, force: true });
  }
}

/** A place beside the installed packages for the template of this engine's version. */
export function postgresTemplateDirectory(): string {
  const caches = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
  return join(caches, `postgres-template-${engineVersion()}`);
}
