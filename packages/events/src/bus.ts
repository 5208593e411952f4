import type { Closable } from '@pcc/platform';
import type { EventType } from './catalogue.js';
import type { AnyEvent } from './event.js';

/** One group's interest. Each event reaches one member of every group. */
export interface BusSubscription {
  /** The consuming subgraph: `'content'`. */
  readonly group: string;
  readonly types: readonly EventType[];
  /** How many events it can work on at once; 64 if left out. A consumer that batches wants more. */
  readonly concurrency?: number;
  /** Must be idempotent. A rejection is retried with backoff, a bounded number of times. */
  handle(event: AnyEvent): Promise<void>;
  /** Keeps an event that failed every time, where an admin can find and replay it. */
  bury(event: AnyEvent, error: unknown, attempts: number): Promise<void>;
}

/** Carries events from outboxes to consumers. */
export interface EventBus extends Closable {
  /**
   * Resolves when the event is safe: a broker has stored it or, in process, every group has handled or
   * buried it. On rejection the relay publishes it again later.
   */
  publish(event: AnyEvent): Promise<void>;
  subscribe(subscription: BusSubscription): Promise<Closable>;
}
