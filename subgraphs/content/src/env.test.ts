import { ConfigError } from '@pcc/platform';
import { expect, it } from 'vitest';
import { readContentEnv } from './env.js';

const complete = {
  DATABASE_URL: 'postgresql://shared/pcc',
  MONGODB_URL: 'mongodb://mongo/?replicaSet=rs0',
  S3_URL: 'http://key:secret@storage:9000',
  VIEWER_SIGNING_SECRETS: 'x'.repeat(32),
  REDIS_URL: 'redis://redis:6379',
};

it('reads a process of its own, its own database before the shared one', () => {
  expect(readContentEnv(complete).config).toMatchObject({
    port: 4003,
    databaseUrl: 'postgresql://shared/pcc',
    mongoDatabase: 'content',
  });
  const own = { ...complete, CONTENT_DATABASE_URL: 'postgresql://own/pcc', PORT: '0' };
  expect(readContentEnv(own).config).toMatchObject({
    port: 0,
    databaseUrl: 'postgresql://own/pcc',
  });
});

it('names everything that is missing at once', () => {
  let problems: readonly string[] = [];
  try {
    readContentEnv({});
  } catch (error) {
    if (error instanceof ConfigError) problems = error.problems;
  }
  expect(problems).toEqual([
    'DATABASE_URL is not set',
    'MONGODB_URL is not set',
    'S3_URL is not set',
    'REDIS_URL is not set',
    'VIEWER_SIGNING_SECRETS is not set',
  ]);
});
