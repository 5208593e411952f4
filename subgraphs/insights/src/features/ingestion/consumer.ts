import {
  eventTypes,
  startGroup,
  type AnyEvent,
  type Consumer,
  type EventBus,
  type EventHandlers,
  type UnitOfWork,
  type Work,
} from '@pcc/events';
import type { Logger } from '@pcc/platform';
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
 * Takes every event: first its row, then its projection, if it has one. It is acknowledged when both are
 * safe; on the way it may be repeated, which changes nothing. The projection is last: its transaction also
 * says that everything about the event is done.
 */
export function startInsightsConsumer<Transaction>(
  options: InsightsConsumerOptions<Transaction>,
): Promise<Consumer> {
  const { bus, unitOfWork, projections, ingestion, logger } = options;
  type Handler = (event: AnyEvent, work: Work<Transaction>) => Promise<void>;
  return startGroup({
    group,
    bus,
    unitOfWork,
    logger,
    types: eventTypes,
    // A batch waits for more events: with few at once it would mostly wait.
    concurrency: 2_000,
    async handle(event) {
      await ingestion.ingest(event);
      const project = projections[event.type] as Handler | undefined;
      if (project !== undefined) {
        await unitOfWork.runOnce(group, event, (work) => project(event, work));
      }
    },
  });
}
