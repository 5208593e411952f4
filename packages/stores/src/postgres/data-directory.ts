import { access, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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
