import { parseEvent, type AnyEvent } from '../event.js';
import { z } from 'zod';

const envelope = z.object({
  eventId: z.string(),
  type: z.string(),
  aggregateId: z.string(),
  aggregateVersion: z.number(),
  occurredAt: z.coerce.date(),
  data: z.unknown(),
});

/** An event as it came from the stream; `null` when it is none that this version can read. */
export function parseStoredEvent(json: string): AnyEvent | null {
  try {
    return parseEvent(envelope.parse(JSON.parse(json)));
  } catch {
    return null;
  }
}
