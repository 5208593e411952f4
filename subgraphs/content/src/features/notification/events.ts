import type { AnyEvent, DomainEvent, EventHandlers, EventType, Work } from '@pcc/events';
import type { Transaction } from '../../mongo.js';
import type { ProjectionService } from '../projection/service.js';
import type { NotificationDraft } from './model.js';
import { instructorRules, personalRules, studentRules } from './recipients.js';
import type { NotificationService } from './service.js';

interface Deps {
  readonly notifications: NotificationService;
  readonly projections: ProjectionService;
}

type Handler = (event: AnyEvent, work: Work<Transaction>) => Promise<void>;
type Rule = (data: DomainEvent['data'], userIds: readonly string[]) => readonly NotificationDraft[];
type PeopleOf = (courseId: string, transaction: Transaction) => Promise<readonly string[]>;

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
  const tellPeopleOf = (rules: object, peopleOf: PeopleOf) => {
    for (const [type, rule] of Object.entries(rules) as [EventType, Rule][]) {
      handlers[type] = async (event, work) => {
        const { courseId } = event.data as { courseId: string };
        const userIds = await peopleOf(courseId, work.transaction);
        await notifications.enqueue(event.eventId, rule(event.data, userIds), work);
      };
    }
  };
  tellPeopleOf(instructorRules, (...of) => projections.instructorsOf(...of));
  tellPeopleOf(studentRules, (...of) => projections.studentsOf(...of));
  return handlers;
}
