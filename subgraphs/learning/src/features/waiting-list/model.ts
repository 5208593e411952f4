/** A person's place in the line for a course. */
export interface WaitingListEntry {
  readonly id: string;
  readonly courseId: string;
  readonly userId: string;
  readonly status: 'WAITING' | 'OFFERED' | 'ENROLLED' | 'LEFT' | 'EXPIRED';
  readonly joinedAt: Date;
  readonly offerExpiresAt: Date | null;
  /** From 1, among those who are in line; null when she is in it no more. */
  readonly position: number | null;
}

/** The line for a course at one moment. */
export interface Line {
  /** Seats kept for offers that still stand. */
  readonly held: number;
  readonly overdueOffers: number;
  readonly waiting: number;
}
