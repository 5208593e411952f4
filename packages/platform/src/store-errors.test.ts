import { describe, expect, it } from 'vitest';
import { isStoreUnavailable } from './store-errors.js';

describe('isStoreUnavailable', () => {
  it.each([
    ['a socket error', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), true],
    ['a wrapped one', new Error('x', { cause: { cause: { code: '57P01' } } }), true],
    [
      'one per address',
      Object.assign(new AggregateError([{ code: 'ECONNREFUSED' }, { code: 'ECONNREFUSED' }]), {}),
      true,
    ],
    [
      'a driver by name',
      Object.assign(new Error('x'), { name: 'MongoServerSelectionError' }),
      true,
    ],
    [
      "Prisma's error for a raw statement",
      Object.assign(new Error('x'), {
        code: 'P2010',
        meta: { driverAdapterError: { cause: { kind: 'DatabaseNotReachable' } } },
      }),
      true,
    ],
    [
      "Prisma's error for a wrong statement",
      Object.assign(new Error('x'), {
        code: 'P2010',
        meta: { driverAdapterError: { cause: { kind: 'postgres', code: '42601' } } },
      }),
      false,
    ],
    ['a violated constraint', Object.assign(new Error('x'), { code: '23505' }), false],
    ['a defect', new TypeError('undefined is not a function'), false],
    ['nothing', null, false],
  ])('tells %s', (_name, error, expected) => {
    expect(isStoreUnavailable(error)).toBe(expected);
  });

  it('ends on a cause that is its own cause', () => {
    const error: { cause?: unknown } = {};
    error.cause = error;
    expect(isStoreUnavailable(error)).toBe(false);
  });
});
