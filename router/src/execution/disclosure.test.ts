import { AppError } from '@pcc/platform';
import { describe, expect, it } from 'vitest';
import { noAnswer, shownError } from './failures.js';

const secret = 'connect ECONNREFUSED 10.0.0.7:5432 for ada@example.org';
const masked = new AppError('INTERNAL_SERVER_ERROR').message;
const error = (extensions: Record<string, unknown>) => ({
  message: secret,
  path: ['a'],
  extensions,
});

describe('a subgraph’s error, where clients may learn nothing of defects', () => {
  const shown = (extensions: Record<string, unknown>) =>
    shownError(error(extensions), 'reviews', { subgraphNames: false, defects: false });

  it.each([
    ['without a code', {}, { code: 'DOWNSTREAM_SERVICE_ERROR' }],
    [
      'of a defect',
      { code: 'INTERNAL_SERVER_ERROR', requestId: 'r1', stacktrace: [secret], detail: secret },
      { code: 'INTERNAL_SERVER_ERROR', requestId: 'r1' },
    ],
    ['whose code is none', { code: { secret }, secret }, { code: 'DOWNSTREAM_SERVICE_ERROR' }],
  ])('%s says only that there is one', (_name, extensions, left) => {
    expect(shown(extensions)).toEqual({ message: masked, extensions: left });
  });

  it('with a code of its own is passed on, without where it was thrown', () => {
    const extensions = { code: 'NOT_FOUND', field: 'id', stacktrace: ['x'], exception: { x: 1 } };
    expect(shown(extensions)).toEqual({
      message: secret,
      extensions: { code: 'NOT_FOUND', field: 'id' },
    });
  });

  it('does not tell the subgraph’s name', () => {
    const text = JSON.stringify(noAnswer('reviews', { subgraphNames: false, defects: false }));
    expect(text).not.toContain('reviews');
  });
});

it('a subgraph’s error is passed on whole where clients may know', () => {
  const extensions = { code: 'INTERNAL_SERVER_ERROR', stacktrace: ['x'] };
  expect(shownError(error(extensions), 'reviews', { subgraphNames: true, defects: true })).toEqual({
    message: secret,
    extensions: { ...extensions, serviceName: 'reviews' },
  });
});
