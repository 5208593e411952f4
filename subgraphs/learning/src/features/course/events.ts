import type { EventHandlers } from '@pcc/events';
import { isId } from '@pcc/platform';
import type { Database } from '../../database.js';
import { projectionRepository } from './projection-repository.js';

/** Keeps other subgraphs' facts that the catalogue sorts by. Stale versions change nothing. */
export const courseEventHandlers: EventHandlers<Database> = {
  'price.changed': async ({ data, aggregateVersion }, { transaction }) => {
    if (!isId(data.courseId)) return;
    await projectionRepository(transaction).savePrice({
      courseId: data.courseId,
      amountMinor: BigInt(data.amountMinor),
      currency: data.currency,
      version: aggregateVersion,
    });
  },
  'course.rated': async ({ data, aggregateVersion }, { transaction }) => {
    if (!isId(data.courseId)) return;
    const { courseId, average, count } = data;
    await projectionRepository(transaction).saveRating({
      courseId,
      average,
      count,
      version: aggregateVersion,
    });
  },
};
