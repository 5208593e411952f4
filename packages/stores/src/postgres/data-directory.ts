import { readFileSync } from 'node:fs';
import { access, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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
    await cp(join(templateDirectory, 'data'), data, { recursive: true });
  }
  return data;
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
  const engine = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(
    readFileSync(join(dirname(engine), '../package.json'), 'utf8'),
  ) as { version: string };
  const caches = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
  return join(caches, `postgres-template-${version}`);
}
