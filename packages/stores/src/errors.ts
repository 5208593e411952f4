import { AppError, errorMessage } from '@pcc/platform';

/**
 * A store could not be opened or prepared. The message is one clear line for whoever starts the process:
 * the start program prints it and exits 1.
 */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';
}

/** Another process, or another part of this one, has the same data directory open. */
export class StoreInUseError extends StoreError {
  override readonly name = 'StoreInUseError';
}

/** A migration was refused or failed. Whatever it says, the store is as it was before that migration. */
export class MigrationError extends StoreError {
  override readonly name = 'MigrationError';
}

/**
 * The coded error of an operation on a store that does not answer. Clients see the store's name only;
 * addresses and driver messages stay in `cause`, for the log.
 */
export const storeUnavailable = (store: string, cause: unknown): AppError =>
  new AppError(
    'STORE_UNAVAILABLE',
    `The ${store} store is not reachable at the moment.`,
    { store },
    { cause },
  );

/** Runs `work`; whatever it throws becomes `storeUnavailable(store)`. For pings and connection attempts. */
export async function asUnavailable<Value>(
  store: string,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw storeUnavailable(store, error);
  }
}

/** Rejects when `work` takes over `ms`; the work itself goes on and its late outcome is dropped. */
export async function withinMs<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export { errorMessage };
