import { startMongoServer } from '@pcc/mongo-embedded';
import {
  graphClient,
  startPlatformProcess,
  testDirectory,
  waitFor,
  type GraphClient,
  type RunningProcess,
  type TestDirectory,
} from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// MongoDB runs outside the platform here, so that it can go away and come back.

let directory: TestDirectory;
let mongo: Awaited<ReturnType<typeof startMongoServer>>;
let platform: RunningProcess;
let student: GraphClient;

beforeAll(async () => {
  directory = await testDirectory();
  mongo = await startMongoServer({ directory: directory.path });
  platform = await startPlatformProcess({ env: { MONGODB_URL: mongo.url } });
  student = await graphClient(platform.url).signIn((await platform.accounts()).student);
}, 120_000);
afterAll(async () => {
  await platform.close();
  await mongo.close();
  await directory.close();
});

const ready = async () => {
  const response = await fetch(`${platform.url}/ready`);
  return { status: response.status, text: await response.text() };
};
const home = () =>
  student.query<{
    me: { displayName: string; notifications: object | null; enrollments: { totalCount: number } };
  }>('{ me { displayName enrollments { totalCount } notifications { nodes { title } } } }');

describe('when MongoDB is down', () => {
  it('costs what needs it and nothing else, and all comes back with it', async () => {
    expect((await ready()).status).toBe(200);
    expect((await home()).errors).toBeUndefined();

    await mongo.close();
    const down = await waitFor(async () => {
      const answer = await ready();
      return answer.status === 503 && answer;
    });
    expect(down.text).toContain('"content":{"ok":false');
    expect(down.text).toContain('mongo');
    expect(down.text).toContain('"learning":{"ok":true');

    const partial = await home();
    expect(partial.data.me).toMatchObject({ displayName: 'Sam Student', notifications: null });
    expect(partial.data.me.enrollments.totalCount).toBeGreaterThan(0);
    expect(partial.errors?.map((error) => [error.path, error.extensions?.['code']])).toEqual([
      [['me', 'notifications'], 'STORE_UNAVAILABLE'],
    ]);
    const catalogue = await graphClient(platform.url).query('{ courses { totalCount } }');
    expect(catalogue.errors).toBeUndefined();

    mongo = await startMongoServer({ directory: directory.path, port: mongo.port });
    await waitFor(async () => (await ready()).status === 200);
    await waitFor(async () => (await home()).errors === undefined);
  });
});
