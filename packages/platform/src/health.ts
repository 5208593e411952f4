import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from './errors.js';

export interface StoreCheck {
  readonly name: string;
  /** Resolves when the store answers; must fail within a few seconds when it does not. */
  ping(): Promise<void>;
}

export interface StoreState {
  readonly ok: boolean;
  /** Why not. */
  readonly error?: string;
}

export interface ReadinessReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, StoreState>>;
}

const timeoutMs = 2_000;

/** Asks every store at once; a store that hangs counts as down after 2 s. */
export async function checkReadiness(checks: readonly StoreCheck[]): Promise<ReadinessReport> {
  const states = await Promise.all(
    checks.map(async (store): Promise<[string, StoreState]> => [store.name, await stateOf(store)]),
  );
  return { ready: states.every(([, { ok }]) => ok), checks: Object.fromEntries(states) };
}

async function stateOf(store: StoreCheck): Promise<StoreState> {
  try {
    await withTimeout(store.ping(), timeoutMs);
    return { ok: true };
  } catch (error) {
    return { ok: false, error: errorMessage(error) };
  }
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
