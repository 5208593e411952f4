import type { Currency } from '../../money.js';

/** A course as commerce refers to it; the course itself is learning's. */
export interface CourseReference {
  readonly id: string;
}

export interface Price {
  readonly courseId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
}
