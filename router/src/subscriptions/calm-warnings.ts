import type { Logger } from '@pcc/platform';

/** Says something once a second at most, however many subscriptions have to say it, and how often it was not said. */
export type CalmWarning = (details: Readonly<Record<string, unknown>>) => void;

const everyMs = 1_000;

export function calmWarning(logger: Logger, message: string): CalmWarning {
  let lastAt = -Infinity;
  let unsaid = 0;
  return (details) => {
    const now = performance.now();
    if (now - lastAt < everyMs) {
      unsaid++;
      return;
    }
    logger.warn({ ...details, ...(unsaid === 0 ? {} : { unsaid }) }, message);
    lastAt = now;
    unsaid = 0;
  };
}
