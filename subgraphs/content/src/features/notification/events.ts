import type { AnyEvent, DomainEvent, EventHandlers, EventType, Work } from '@pcc/events';
import type { Transaction } from '../../mongo.js';
import type { ProjectionService } from '../projection/service.js';
import type { NotificationDraft } from './model.js';
import { instructorRules, personalRules } from './recipients.js';
import type { NotificationService } from './service.js';

interface Deps {
  readonly notifications: NotificationService;
  readonly projections: ProjectionService;
}

type Handler = (event: AnyEvent, work: Work<Transaction>) => Promise<void>;
type Rule = (
  data: DomainEvent['data'],
  instructorIds: readonly string[],
) => readonly NotificationDraft[];

/** Enqueues, in the event's transaction, what the rules in `recipients.ts` say. */
export function notificationHandlers({
  notifications,
  projections,
}: Deps): EventHandlers<Transaction> {
  const handlers: Partial<Record<EventType, Handler>> = {};
  for (const [type, rule] of Object.entries(personalRules) as [EventType, Rule][]) {
    handlers[type] = (event, work) =>
      notifications.enqueue(event.eventId, rule(event.data, []), work);
  }
  for (const [type, rule] of Object.entries(instructorRules) as [EventType, Rule][]) {
    handlers[type] = async (event, work) => {
      const { courseId } = event.data as { courseId: string };
      const instructorIds = await projections.instructorsOf(courseId, work.transaction);
      await notifications.enqueue(event.eventId, rule(event.data, instructorIds), work);
    };
  }
  return handlers;
}
