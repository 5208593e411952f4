import { newId } from '@pcc/platform';
import type { Collection, Db } from 'mongodb';
import { within, type Transaction } from '../../mongo.js';
import type { Rating, RatingSummary } from './model.js';

/** Lives in `user_content`, beside discussions; unique by course and author. */
type RatingDocument = Omit<Rating, 'id'> & { readonly _id: string; type: 'RATING' };

interface SummaryDocument {
  /** The course. */
  _id: string;
  sum: number;
  count: number;
  version: number;
}

const ratingOf = ({ _id, type: _type, ...rating }: RatingDocument): Rating => ({
  id: _id,
  ...rating,
});
const summaryOf = ({ _id, ...summary }: SummaryDocument): RatingSummary => ({
  courseId: _id,
  ...summary,
});

export function ratingRepository(db: Db) {
  const ratings: Collection<RatingDocument> = db.collection('user_content');
  const summaries: Collection<SummaryDocument> = db.collection('course_ratings');

  return {
    async find(
      courseId: string,
      authorId: string,
      transaction: Transaction,
    ): Promise<Rating | null> {
      const found = await ratings.findOne(
        { type: 'RATING', courseId, authorId },
        within(transaction),
      );
      return found === null ? null : ratingOf(found);
    },

    async insert(rating: Omit<Rating, 'id'>, transaction: Transaction): Promise<Rating> {
      const id = newId();
      await ratings.insertOne({ _id: id, type: 'RATING', ...rating }, within(transaction));
      return { id, ...rating };
    },

    async update(
      rating: Rating,
      change: Pick<Rating, 'stars' | 'comment' | 'updatedAt'>,
      transaction: Transaction,
    ): Promise<Rating> {
      await ratings.updateOne({ _id: rating.id }, { $set: change }, within(transaction));
      return { ...rating, ...change };
    },

    /** Adds to a course's sums. Raters of one course queue for its document, so no update is lost. */
    async addToSummary(
      courseId: string,
      change: { readonly stars: number; readonly ratings: number },
      transaction: Transaction,
    ): Promise<RatingSummary> {
      const summary = await summaries.findOneAndUpdate(
        { _id: courseId },
        { $inc: { sum: change.stars, count: change.ratings, version: 1 } },
        { upsert: true, returnDocument: 'after', ...within(transaction) },
      );
      if (summary === null) throw new Error('an upsert returns its document');
      return summaryOf(summary);
    },

    async summaries(courseIds: readonly string[]): Promise<RatingSummary[]> {
      return (await summaries.find({ _id: { $in: [...courseIds] } }).toArray()).map(summaryOf);
    },

    async byAuthor(authorId: string, courseIds: readonly string[]): Promise<Rating[]> {
      const found = await ratings
        .find({ type: 'RATING', courseId: { $in: [...courseIds] }, authorId })
        .toArray();
      return found.map(ratingOf);
    },
  };
}

export type RatingRepository = ReturnType<typeof ratingRepository>;
