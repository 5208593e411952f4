import { errorMessage, type Closable, type Logger } from '@pcc/platform';
import type { BusSubscription, EventBus } from './bus.js';
import type { EventType } from './catalogue.js';
import { deadLetterDesk, type DeadLetterDesk } from './dead-letter-desk.js';
import type { AnyEvent, DomainEvent } from './event.js';
import type { UnitOfWork, Work } from './unit-of-work.js';

/** What a subgraph does on an event, in the transaction that also writes its inbox. */
export type EventHandlers<Transaction> = {
  readonly [Type in EventType]?: (
    event: DomainEvent<Type>,
    work: Work<Transaction>,
  ) => Promise<void>;
};

export interface ConsumerOptions<Transaction> {
  /** The subgraph's name; also the inbox's consumer. */
  readonly group: string;
  readonly bus: EventBus;
  readonly unitOfWork: UnitOfWork<Transaction>;
  readonly handlers: EventHandlers<Transaction>;
  readonly logger: Logger;
}

/** A group's member, at work. */
export interface Consumer extends Closable {
  readonly deadLetters: DeadLetterDesk;
}

/** Subscribes a subgraph to the events it handles. Features contribute their handlers with `mergeHandlers`. */
export function startConsumer<Transaction>(
  options: ConsumerOptions<Transaction>,
): Promise<Consumer> {
  const { group, unitOfWork, handlers } = options;
  return startGroup({
    ...options,
    types: Object.keys(handlers) as EventType[],
    handle: async (event) => {
      const handler = handlers[event.type] as
        ((event: AnyEvent, work: Work<Transaction>) => Promise<void>) | undefined;
      if (handler === undefined) return;
      await unitOfWork.runOnce(group, event, (work) => handler(event, work));
    },
  });
}

export interface GroupOptions<Transaction> extends Omit<BusSubscription, 'bury'> {
  readonly bus: EventBus;
  readonly unitOfWork: UnitOfWork<Transaction>;
  readonly logger: Logger;
}

/**
 * The same for a subgraph whose effects are not all in one transaction: `handle` must be harmless to repeat,
 * and what it does by `runOnce` must come last, since that removes the event's dead letter.
 */
export async function startGroup<Transaction>(
  options: GroupOptions<Transaction>,
): Promise<Consumer> {
  const { bus, unitOfWork, logger, ...subscription } = options;
  const { group } = subscription;
  const member = await bus.subscribe({
    ...subscription,
    bury: async (event, error, attempts) => {
      logger.error(
        { err: error, eventId: event.eventId, type: event.type, attempts },
        `event buried: ${errorMessage(error)}`,
      );
      await unitOfWork.deadLetters.bury(group, event, error, attempts);
    },
  });
  return {
    close: () => member.close(),
    deadLetters: deadLetterDesk({ ...subscription, unitOfWork, logger }),
  };
}

/** Joins the handlers of several features; of one type they run one after the other, in one transaction. */
export function mergeHandlers<Transaction>(
  ...parts: readonly EventHandlers<Transaction>[]
): EventHandlers<Transaction> {
  type Handler = (event: AnyEvent, work: Work<Transaction>) => Promise<void>;
  const merged: Partial<Record<EventType, Handler>> = {};
  for (const part of parts) {
    for (const [type, handler] of Object.entries(part) as [EventType, Handler][]) {
      const before = merged[type];
      merged[type] =
        before === undefined
          ? handler
          : async (event, work) => {
              await before(event, work);
              await handler(event, work);
            };
    }
  }
  return merged;
}
