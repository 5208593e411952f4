import { errorMessage, type Closable, type Logger } from '@pcc/platform';
import type { EventBus } from './bus.js';
import type { EventType } from './catalogue.js';
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

/** Subscribes a subgraph to the events it handles. Features contribute their handlers with `mergeHandlers`. */
export function startConsumer<Transaction>(
  options: ConsumerOptions<Transaction>,
): Promise<Closable> {
  const { group, bus, unitOfWork, handlers, logger } = options;
  return bus.subscribe({
    group,
    types: Object.keys(handlers) as EventType[],
    handle: async (event) => {
      const handler = handlers[event.type] as
        ((event: AnyEvent, work: Work<Transaction>) => Promise<void>) | undefined;
      if (handler === undefined) return;
      await unitOfWork.runOnce(group, event, (work) => handler(event, work));
    },
    bury: async (event, error, attempts) => {
      logger.error(
        { err: error, eventId: event.eventId, type: event.type, attempts },
        `event buried: ${errorMessage(error)}`,
      );
      await unitOfWork.bury(group, event, error, attempts);
    },
  });
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
