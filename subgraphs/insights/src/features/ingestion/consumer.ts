import {
  eventTypes,
  type AnyEvent,
  type EventBus,
  type EventHandlers,
  type UnitOfWork,
  type Work,
} from '@pcc/events';
import { errorMessage, type Closable, type Logger } from '@pcc/platform';
import type { IngestionService } from './service.js';

export interface InsightsConsumerOptions<Transaction> {
  readonly bus: EventBus;
  readonly unitOfWork: UnitOfWork<Transaction>;
  /** Postgres projections; each effect runs once. */
  readonly projections: EventHandlers<Transaction>;
  readonly ingestion: IngestionService;
  readonly logger: Logger;
}

const group = 'insights';

/**
 * Takes every event: first its projection, if it has one, then its row. It is acknowledged when both are
 * safe; on the way it may be repeated, which changes nothing.
 */
export function startInsightsConsumer<Transaction>(
  options: InsightsConsumerOptions<Transaction>,
): Promise<Closable> {
  const { bus, unitOfWork, projections, ingestion, logger } = options;
  type Handler = (event: AnyEvent, work: Work<Transaction>) => Promise<void>;
  return bus.subscribe({
    group,
    types: eventTypes,
    // A batch waits for more events: with few at once it would mostly wait.
    concurrency: 2_000,
    async handle(event) {
      const project = projections[event.type] as Handler | undefined;
      if (project !== undefined) {
        await unitOfWork.runOnce(group, event, (work) => project(event, work));
      }
      await ingestion.ingest(event);
    },
    async bury(event, error, attempts) {
      logger.error(
        { err: error, eventId: event.eventId, type: event.type, attempts },
        `event buried: ${errorMessage(error)}`,
      );
      await unitOfWork.bury(group, event, error, attempts);
    },
  });
}
