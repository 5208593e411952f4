/** What a process of clients has heard. */
export interface Heard {
  received: number;
  duplicated: number;
  /** A message that came too early: those before it are lost, or late. */
  outOfOrder: number;
  /** Sockets that the server has closed. */
  closed: number;
  /** How many messages took so long, by bucket. */
  histogram: Record<number, number>;
}

/** A quarter of a millisecond is finer than the clocks of two processes agree. */
const bucketMs = 0.25;

export const bucketOf = (milliseconds: number): number =>
  Math.max(0, Math.floor(milliseconds / bucketMs));

export const nothingHeard = (): Heard => ({
  received: 0,
  duplicated: 0,
  outOfOrder: 0,
  closed: 0,
  histogram: {},
});

export function add(one: Heard, other: Heard): Heard {
  const histogram = { ...one.histogram };
  for (const [bucket, count] of Object.entries(other.histogram)) {
    histogram[Number(bucket)] = (histogram[Number(bucket)] ?? 0) + count;
  }
  return {
    received: one.received + other.received,
    duplicated: one.duplicated + other.duplicated,
    outOfOrder: one.outOfOrder + other.outOfOrder,
    closed: one.closed + other.closed,
    histogram,
  };
}

/** @returns milliseconds within which the given part of all messages was delivered */
export function percentileOf({ histogram, received }: Heard, part: number): number {
  let seen = 0;
  for (const [bucket, count] of Object.entries(histogram)) {
    seen += count;
    if (seen >= received * part) return (Number(bucket) + 1) * bucketMs;
  }
  return Number.NaN;
}
