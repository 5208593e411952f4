import type { Closable } from '@pcc/platform';
import type { EventType } from './catalogue.js';
import type { AnyEvent, StoredEvent } from './event.js';

/** One group's interest. Each event reaches one member of every group. */
export interface BusSubscription {
  /** The consuming subgraph: `'content'`. */
  readonly group: string;
  readonly types: readonly EventType[];
  /** How many events it can work on at once; 64 if left out. A consumer that batches wants more. */
  readonly concurrency?: number;
  /** Must be idempotent. A rejection is retried with backoff, a bounded number of times. */
  handle(event: AnyEvent): Promise<void>;
  /**
   * Keeps an event that failed every time, where an admin can find and replay it; also one that this
   * version cannot read and that may be for this group (`attempts` is 0 then).
   */
  bury(event: StoredEvent, error: unknown, attempts: number): Promise<void>;
}

/** Carries events from outboxes to consumers. */
export interface EventBus extends Closable {
  /**
   * Resolves when the event is safe: a broker has stored it or, in process, every group has handled or
   * buried it. On rejection the relay publishes it again later. It may be one that this version cannot
   * read: that is for the groups to say.
   */
  publish(event: StoredEvent): Promise<void>;
  subscribe(subscription: BusSubscription): Promise<Closable>;
}
