import { describe, expect, it } from 'vitest';
import { backoffMs } from './delivery.js';

describe('the backoff', () => {
  it('doubles from a second and stops at ten minutes', () => {
    expect([1, 2, 3, 20].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 600_000]);
  });
});
