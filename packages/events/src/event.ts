import { newId } from '@pcc/platform';
import { eventCatalogue, type EventData, type EventType } from './catalogue.js';

/** Something that happened, as every subgraph may learn of it. Delivered at least once and in any order. */
export interface DomainEvent<Type extends EventType = EventType> {
  /** Names this event for ever: what consumers remember in their inbox. */
  readonly eventId: string;
  readonly type: Type;
  /** What it happened to, e.g. the order's id. */
  readonly aggregateId: string;
  /** Counts up with each change of the aggregate: a snapshot below the one known is stale. */
  readonly aggregateVersion: number;
  readonly occurredAt: Date;
  readonly data: EventData<Type>;
}

/** A `DomainEvent` of each type, so that a `switch` on `type` knows `data`. */
export type AnyEvent = { [Type in EventType]: DomainEvent<Type> }[EventType];

export interface NewEvent<Type extends EventType> {
  readonly aggregateId: string;
  /** Left out for facts that no projection orders by: then 1. */
  readonly aggregateVersion?: number;
  readonly data: EventData<Type>;
}

/** Writes an event to the outbox of the transaction it was given for. */
export type Emit = <Type extends EventType>(type: Type, event: NewEvent<Type>) => Promise<void>;

/** @throws ZodError when the data does not fit the catalogue: a defect of the emitter */
export const createEvent = <Type extends EventType>(
  type: Type,
  event: NewEvent<Type>,
  occurredAt: Date,
): DomainEvent<Type> => ({
  eventId: newId(),
  type,
  aggregateId: event.aggregateId,
  aggregateVersion: event.aggregateVersion ?? 1,
  occurredAt,
  data: eventCatalogue[type].parse(event.data) as EventData<Type>,
});

/**
 * An event as outboxes, streams and dead letters keep it. A newer or older version may have written it, so
 * its type may be unknown here and its data may not fit.
 */
export interface StoredEvent {
  readonly eventId: string;
  readonly type: string;
  readonly aggregateId: string;
  readonly aggregateVersion: number;
  readonly occurredAt: Date;
  readonly data: unknown;
}

export const isKnownType = (type: string): type is EventType => Object.hasOwn(eventCatalogue, type);

/** Checks what came out of a store or a stream before anyone acts on it. @throws TypeError, ZodError */
export function parseEvent(stored: StoredEvent): AnyEvent {
  const { type } = stored;
  if (!isKnownType(type)) throw new TypeError(`this version knows no event of type ${type}`);
  return { ...stored, type, data: eventCatalogue[type].parse(stored.data) } as AnyEvent;
}
