/**
 * Says that nobody waits for some work any more. What `AbortSignal` does, at a tenth of its price: a request needs one
 * for itself and one for each of its fetches.
 */
export interface Cancellation {
  readonly isCancelled: boolean;
  /** Calls the listener once when it is cancelled, later than now. @returns the way to stop listening */
  onCancel(listener: () => void): () => void;
}

export interface Canceller extends Cancellation {
  /** Does nothing the second time. */
  cancel(): void;
}

export function newCancellation(): Canceller {
  const listeners = new Set<() => void>();
  let isCancelled = false;
  return {
    get isCancelled() {
      return isCancelled;
    },
    onCancel(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    cancel() {
      if (isCancelled) return;
      isCancelled = true;
      const told = [...listeners];
      listeners.clear();
      for (const listener of told) listener();
    },
  };
}
