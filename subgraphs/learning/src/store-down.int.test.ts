import { startTestEmbeddedPostgres } from '@pcc/stores/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestLearning, type TestLearning } from './test-support.js';

let learning: TestLearning;
beforeAll(async () => {
  // Never on a named server, which cannot be stopped.
  learning = await startTestLearning(startTestEmbeddedPostgres);
});
afterAll(() => learning.close());

it('says that its store is down, in queries, in transactions and in /ready, and lives on', async () => {
  const ready = async () => (await fetch(new URL('/ready', learning.url))).status;
  expect(await ready()).toBe(200);
  await learning.stopPostgres();
  const { anonymous } = learning;
  const account = { email: 'pat@example.test', password: 'correct horse', displayName: 'Pat' };
  for (let time = 1; time <= 2; time++) {
    expect(await anonymous.errors('{ courses { nodes { id } } }')).toEqual(['STORE_UNAVAILABLE']);
    expect(await anonymous.refusal('register', account)).toBe('STORE_UNAVAILABLE');
  }
  expect(await ready()).toBe(503);
  expect((await fetch(new URL('/health', learning.url))).status).toBe(200);
});
