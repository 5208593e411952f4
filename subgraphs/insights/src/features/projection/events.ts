import type { EventHandlers } from '@pcc/events';
import type { Prisma } from '../../generated/prisma/client.js';
import type { ProjectionRepository } from './repository.js';

/** Keeps the projections of other subgraphs' facts. */
export const projectionHandlers = (deps: {
  readonly projections: ProjectionRepository;
}): EventHandlers<Prisma.TransactionClient> => ({
  'course.changed': (event, { transaction }) =>
    deps.projections.applyCourse(transaction, event.data, event.aggregateVersion),
});
