/** One learner's rating of one course. */
export interface Rating {
  readonly id: string;
  readonly courseId: string;
  readonly authorId: string;
  /** 1 to 5. */
  readonly stars: number;
  readonly comment: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A course's ratings summed up. */
export interface RatingSummary {
  readonly courseId: string;
  readonly sum: number;
  readonly count: number;
  /** Counts up with every change. */
  readonly version: number;
}

/** To two decimal places; null while nobody has rated. */
export const averageOf = ({ sum, count }: Pick<RatingSummary, 'sum' | 'count'>): number | null =>
  count === 0 ? null : Math.round((sum / count) * 100) / 100;
