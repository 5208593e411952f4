/** The time, as a dependency: rules about expiry are tested by setting it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
