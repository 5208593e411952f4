import type { StoredEvent } from './event.js';

/** An event that waits for publication, as the relay leases it. */
export interface LeasedEvent {
  readonly event: StoredEvent;
  /** How often it was leased, this time included. */
  readonly attempts: number;
}

/** The storage side of an outbox. Leases make it safe for any number of relays. */
export interface OutboxStore {
  /**
   * Takes up to `limit` unpublished events for `leaseMs`. Somebody else gets them when the lease runs
   * out unpublished: the process died, and publishing twice is harmless.
   */
  lease(limit: number, leaseMs: number): Promise<readonly LeasedEvent[]>;
  markPublished(eventIds: readonly string[]): Promise<void>;
  /** Gives a leased event back, to be tried again after `delayMs`. */
  postpone(eventId: string, delayMs: number): Promise<void>;
  /**
   * Makes everything published at `since` or later wait for publication again: the bus has lost it.
   * What arrives a second time has no effect, as long as the inboxes still know it.
   * @returns how many events
   */
  republish(since: Date): Promise<number>;
  /** Deletes rows published before `olderThan`, and inbox rows as old. */
  prune(olderThan: Date): Promise<void>;
}
