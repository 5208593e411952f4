import type { Connection } from '@pcc/platform';

/** Learners who take a course together. */
export interface Cohort {
  readonly id: string;
  readonly courseId: string;
  readonly name: string;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly capacity: number | null;
  readonly memberCount: number;
  readonly version: number;
  readonly createdAt: Date;
}

export type CohortConnection = Connection<Cohort>;

/** Somebody who could not be added, and why. */
export interface CohortRefusal {
  readonly userId: string;
  readonly code: string;
}
