import type { Lock } from '../ports.js';

/** Excludes within this process, where a holder cannot die alone: the time to live never matters. */
export function memoryLock(): Lock {
  const held = new Set<string>();
  return {
    async withLock(name, _options, run) {
      if (held.has(name)) return undefined;
      held.add(name);
      try {
        return await run(new AbortController().signal);
      } finally {
        held.delete(name);
      }
    },
  };
}
