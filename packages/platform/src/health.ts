import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from './errors.js';

export interface StoreCheck {
  readonly name: string;
  /** Resolves when the store answers; must fail within a few seconds when it does not. */
  ping(): Promise<void>;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly error?: string }>>;
}

const timeoutMs = 2_000;

/** Asks every store at once; a store that hangs counts as down after 2 s. */
export async function checkReadiness(checks: readonly StoreCheck[]): Promise<ReadinessReport> {
  const results = await Promise.all(
    checks.map(async (store) => {
      const { name } = store;
      try {
        await withTimeout(store.ping(), timeoutMs);
        return [name, { ok: true }] as const;
      } catch (error) {
        return [name, { ok: false, error: errorMessage(error) }] as const;
      }
    }),
  );
  return { ready: results.every(([, { ok }]) => ok), checks: Object.fromEntries(results) };
}

async function withTimeout<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  const finished = new AbortController();
  const late = sleep(ms, undefined, { signal: finished.signal }).then(() => {
    throw new Error(`no answer within ${ms} ms`);
  });
  // Aborting rejects it too; by then nobody listens, and that must not count as unhandled.
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    finished.abort();
  }
}
