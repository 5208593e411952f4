export const dayMs = 24 * 60 * 60 * 1000;

/** Midnight UTC of the day of `time`. */
export const startOfDay = (time: Date): Date =>
  new Date(Math.floor(time.getTime() / dayMs) * dayMs);

/** `2026-03-01`: a UTC day, as in ClickHouse and in answers. */
export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

/** Midnight UTC of the Monday of the week of `time`. */
export function startOfWeek(time: Date): Date {
  const day = startOfDay(time);
  const daysSinceMonday = (day.getUTCDay() + 6) % 7;
  return new Date(day.getTime() - daysSinceMonday * dayMs);
}

/** Some whole days up to a moment. */
export interface Window {
  /** Midnight UTC of the first day. */
  readonly from: Date;
  /** Exclusive end: the moment of asking, or a later one of the same day. */
  readonly asOf: Date;
}

/** The last `days` UTC days, the one of `now` included. */
export const lastDays = (now: Date, days: number): Window => ({
  from: new Date(startOfDay(now).getTime() - (days - 1) * dayMs),
  asOf: now,
});

/** Every day of a window, oldest first. */
export function daysOf({ from, asOf }: Window): string[] {
  const days: string[] = [];
  for (let day = from.getTime(); day <= asOf.getTime(); day += dayMs)
    days.push(dayOf(new Date(day)));
  return days;
}
