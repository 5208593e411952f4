import { renewGenerations, type KeyValueCache } from '@pcc/stores';
import type { EventBus } from './bus.js';
import { changedTags } from './changed-entities.js';
import { isKnownType, parseEvent, type AnyEvent, type StoredEvent } from './event.js';

/**
 * Tells the caches of entities of every event: when it comes out of its outbox, after its transaction, and again when
 * a group has worked on it, since what a subgraph projects from another's facts changes only then. Both are part of
 * the event's way, so they are tried again until they succeed, as the event is.
 */
export function renewingBus(bus: EventBus, cache: Pick<KeyValueCache, 'setMany'>): EventBus {
  const renew = (event: AnyEvent) => renewGenerations(cache, changedTags(event.type, event.data));
  return {
    async publish(event) {
      const known = readable(event);
      if (known !== undefined) await renew(known);
      await bus.publish(event);
    },
    subscribe: (subscription) =>
      bus.subscribe({
        ...subscription,
        handle: async (event) => {
          await subscription.handle(event);
          await renew(event);
        },
      }),
    close: () => bus.close(),
  };
}

/** What this version cannot read is for the groups to bury. */
function readable(event: StoredEvent): AnyEvent | undefined {
  if (!isKnownType(event.type)) return undefined;
  try {
    return parseEvent(event);
  } catch {
    return undefined;
  }
}
