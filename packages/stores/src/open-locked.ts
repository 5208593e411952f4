import type { Closable } from '@pcc/platform';
import { lockDirectory } from './directory-lock.js';
import { errorMessage, StoreError } from './errors.js';

/**
 * Opens an engine that must be alone in its directory: under the directory's lock, which is released after its
 * `close`, or when it does not open.
 *
 * @param name for the operator
 * @throws StoreInUseError when another instance has the directory open; StoreError when it cannot be opened
 */
export async function openLocked<Engine extends Closable>(
  directory: string,
  name: string,
  open: () => Promise<Engine>,
): Promise<Engine> {
  const lock = await lockDirectory(directory);
  try {
    const engine = await open();
    return {
      ...engine,
      async close() {
        try {
          await engine.close();
        } finally {
          await lock.close();
        }
      },
    };
  } catch (error) {
    await lock.close();
    throw new StoreError(`${name} cannot open ${directory}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}
