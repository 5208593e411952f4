import type { UnitOfWork } from '@pcc/events';
import { isId, ok, refuse, validate, type Clock, type Result, type Viewer } from '@pcc/platform';
import { z } from 'zod';
import type { Transaction } from '../../mongo.js';
import type { ProjectionService } from '../projection/service.js';
import { averageOf, type Rating, type RatingSummary } from './model.js';
import type { RatingRepository } from './repository.js';

interface Deps {
  readonly ratings: RatingRepository;
  readonly projections: ProjectionService;
  readonly unitOfWork: UnitOfWork<Transaction>;
  readonly clock: Clock;
}

const rateInput = z.object({
  courseId: z.string(),
  stars: z.int().min(1, 'must be from 1 to 5').max(5, 'must be from 1 to 5'),
  comment: z
    .string()
    .trim()
    .max(2_000, 'must have at most 2000 characters')
    .nullish()
    .transform((comment) => (comment == null || comment === '' ? null : comment)),
});

type Rate = z.output<typeof rateInput>;

export const ratingService = ({ ratings, projections, unitOfWork, clock }: Deps) => {
  const save = async (
    { courseId, stars, comment }: Rate,
    authorId: string,
    transaction: Transaction,
  ): Promise<{ rating: Rating; summary: RatingSummary }> => {
    const now = clock.now();
    const before = await ratings.find(courseId, authorId, transaction);
    const rating =
      before === null
        ? await ratings.insert(
            { courseId, authorId, stars, comment, createdAt: now, updatedAt: now },
            transaction,
          )
        : await ratings.update(before, { stars, comment, updatedAt: now }, transaction);
    const change = { stars: stars - (before?.stars ?? 0), ratings: before === null ? 1 : 0 };
    return { rating, summary: await ratings.addToSummary(courseId, change, transaction) };
  };

  return {
    /** Rates a course, or changes the viewer's earlier rating; emits `course.rated` with the new average. */
    async rate(viewer: Viewer, input: unknown): Promise<Result<Rating>> {
      const authorId = viewer.mustBeSignedIn();
      const valid = validate(rateInput, input);
      if (!valid.ok) return valid;
      const { courseId } = valid.value;
      return unitOfWork.run(async ({ transaction, emit }) => {
        const { courseExists } = await projections.accessToOne(viewer, courseId, transaction);
        if (!courseExists) return refuse('NOT_FOUND', 'There is no such course.', 'input.courseId');
        if (!(await projections.wasEverEnrolled(authorId, courseId, transaction))) {
          return refuse('NOT_ENROLLED', 'Only its learners rate a course.', 'input.courseId');
        }
        const { rating, summary } = await save(valid.value, authorId, transaction);
        await emit('course.rated', {
          aggregateId: courseId,
          aggregateVersion: summary.version,
          data: {
            courseId,
            userId: authorId,
            stars: rating.stars,
            average: averageOf(summary) ?? 0,
            count: summary.count,
          },
        });
        return ok(rating);
      });
    },

    /** Public. Of courses that have a rating; one statement. */
    summaries: (courseIds: readonly string[]): Promise<RatingSummary[]> =>
      ratings.summaries(courseIds.filter(isId)),

    /** The viewer's own ratings of these courses; one statement, none for anonymous viewers. */
    async own(viewer: Viewer, courseIds: readonly string[]): Promise<Rating[]> {
      return viewer.id === null ? [] : ratings.byAuthor(viewer.id, courseIds.filter(isId));
    },
  };
};

export type RatingService = ReturnType<typeof ratingService>;
