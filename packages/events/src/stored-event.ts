import { createHash } from 'node:crypto';
import { isId } from '@pcc/platform';
import { z } from 'zod';
import type { StoredEvent } from './event.js';

const envelope = z.object({
  eventId: z.string().refine(isId),
  type: z.string(),
  aggregateId: z.string(),
  aggregateVersion: z.number(),
  occurredAt: z.coerce.date(),
  data: z.unknown(),
});

/** The type of what is no event at all: nobody handles it, so it ends in the dead letters. */
export const unreadableType = 'unreadable';

/** An event as it came from a stream. Text that is none is wrapped, so that it can be kept and looked at. */
export function decodeEvent(json: string): StoredEvent {
  try {
    return storedEventOf(JSON.parse(json));
  } catch {
    return storedEventOf(json);
  }
}

/** The same of a JSON value, as a store's column or document holds it. */
export function storedEventOf(value: unknown): StoredEvent {
  const parsed = envelope.safeParse(value);
  if (parsed.success) return parsed.data;
  return {
    eventId: idOf(JSON.stringify(value) ?? ''),
    type: unreadableType,
    aggregateId: '',
    aggregateVersion: 0,
    occurredAt: new Date(0),
    data: value,
  };
}

/** The same id for the same text: however often it is delivered, it is one dead letter. */
function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  // The digits that mark a UUID made from a hash (RFC 9562, version 8).
  const uuid = `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17, 32)}`;
  return uuid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
