import { ConfigError, errorMessage } from './errors.js';
import type { Logger } from './logger.js';

/** Something that was started or opened and must be closed. */
export interface Closable {
  close(): Promise<void>;
}

/** Remembers what was opened and closes it in reverse order: what came last leans on what came first. */
export interface CloseStack extends Closable {
  /** Registers and returns `resource`. */
  use<Resource extends Closable>(name: string, resource: Resource): Resource;
  defer(name: string, close: () => Promise<void> | void): void;
}

/** One failure to close never keeps the rest open: it is logged, and the next one follows. */
export function closeStack(logger: Logger): CloseStack {
  const entries: { name: string; close: () => Promise<void> | void }[] = [];
  let closing: Promise<void> | undefined;
  const closeAll = async () => {
    for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
      const started = performance.now();
      try {
        await entry.close();
        const ms = Math.round(performance.now() - started);
        logger.debug({ ms }, `closed ${entry.name}`);
      } catch (error) {
        logger.error({ err: error }, `closing ${entry.name} failed: ${errorMessage(error)}`);
      }
    }
  };
  return {
    use(name, resource) {
      entries.push({ name, close: () => resource.close() });
      return resource;
    },
    defer(name, close) {
      entries.push({ name, close });
    },
    close: () => (closing ??= closeAll()),
  };
}

/**
 * Closes on SIGINT or SIGTERM, then lets the process end by itself with exit code 0.
 * A second signal, or a close that takes over `graceMs`, ends it at once with 1.
 */
export function closeOnSignal(resource: Closable, logger: Logger, graceMs = 10_000): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping');
    const timer = setTimeout(() => {
      logger.error('did not stop in time');
      process.exit(1);
    }, graceMs);
    void resource.close().then(() => {
      clearTimeout(timer);
      // Native engines keep handles that never drain; everything of ours is closed by now.
      process.exit(0);
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/**
 * Runs a process's main function. A wrong configuration ends it with one line per problem and exit code 1;
 * any other failure shows its stack.
 */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems.join('\n') : undefined;
    process.stderr.write(`${problems ?? (error instanceof Error ? error.stack : String(error))}\n`);
    process.exit(1);
  }
}
