import { describe, expect, it } from 'vitest';
import { daysOf, lastDays, startOfWeek } from './time.js';

describe('windows', () => {
  it('end today and begin at a midnight', () => {
    const window = lastDays(new Date('2026-03-01T00:00:00.000Z'), 3);
    expect(window.from.toISOString()).toBe('2026-02-27T00:00:00.000Z');
    expect(daysOf(window)).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(daysOf(lastDays(new Date('2026-03-01T23:59:59.999Z'), 1))).toEqual(['2026-03-01']);
  });
});

describe('startOfWeek', () => {
  it.each([
    ['2026-11-16T00:00:00.000Z', '2026-11-16'],
    ['2026-11-22T23:59:59.999Z', '2026-11-16'],
    ['2026-11-23T00:00:00.000Z', '2026-11-23'],
    ['2026-01-01T12:00:00.000Z', '2025-12-29'],
  ])('of %s is Monday %s', (time, monday) => {
    expect(startOfWeek(new Date(time)).toISOString()).toBe(`${monday}T00:00:00.000Z`);
  });
});
