import { ok, refuse, validate, type Clock, type Result, type Viewer } from '@pcc/platform';
import { z } from 'zod';
import type { Database, Transactions } from '../../database.js';
import { amountInput, currencyInput, idInput } from '../../input.js';
import { runOrRefuse } from '../../refusal.js';
import type { ProjectionService } from '../projection/service.js';
import type { CourseReference, Price } from './model.js';
import { priceRepository } from './repository.js';

export type { Price };

export interface PriceDeps {
  readonly database: Database;
  readonly transactions: Transactions;
  readonly projection: ProjectionService;
  readonly clock: Clock;
}

const setPriceInput = z.object({
  courseId: idInput,
  amountMinor: amountInput,
  currency: currencyInput,
});

export const priceService = ({ database, transactions, projection, clock }: PriceDeps) => ({
  /** Prices are public. @returns one for each course that has one, in any order */
  prices: (courseIds: readonly string[], db: Database = database): Promise<Price[]> =>
    priceRepository.prices(db, courseIds),

  /** Sets a price; emits `price.changed` when it is another one than before. */
  async setPrice(viewer: Viewer, input: unknown): Promise<Result<CourseReference>> {
    const updatedBy = viewer.mustHaveRole('instructor', 'admin');
    const valid = validate(setPriceInput, input);
    if (!valid.ok) return valid;
    const { courseId, amountMinor, currency } = valid.value;
    return runOrRefuse(transactions, async ({ transaction, emit }) => {
      const course = (await projection.coursesById(transaction, [courseId])).get(courseId);
      if (course === undefined) {
        return refuse('NOT_FOUND', 'There is no such course.', 'input.courseId');
      }
      if (!projection.mayEdit(viewer, course)) {
        return refuse('FORBIDDEN', 'This is not a course of yours.', 'input.courseId');
      }
      const price = { courseId, amountMinor, currency };
      const version = await priceRepository.save(transaction, {
        ...price,
        updatedBy,
        updatedAt: clock.now(),
      });
      if (version !== null) {
        await emit('price.changed', {
          aggregateId: courseId,
          aggregateVersion: version,
          data: { ...price, amountMinor: amountMinor.toString() },
        });
      }
      return ok({ id: courseId });
    });
  },
});

export type PriceService = ReturnType<typeof priceService>;
