import { newId } from '@pcc/platform';
import { createEvent, type AnyEvent, type StoredEvent } from '../event.js';

/** A small event that this version knows. */
export const sessionStarted = (userId: string): AnyEvent =>
  createEvent(
    'session.started',
    { aggregateId: userId, data: { userId, sessionId: userId } },
    new Date(),
  );

/** An event as another version of the catalogue may write it. */
export const foreignEvent = (type: string, data: unknown): StoredEvent => ({
  eventId: newId(),
  type,
  aggregateId: 'foreign',
  aggregateVersion: 1,
  occurredAt: new Date(),
  data,
});
