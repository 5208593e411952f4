import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { composedSchema, startFakePlatform, type FakePlatform } from '../testing/fake-platform.js';
import { meOperation } from './session-operations.js';
import { signIn, signInWithToken } from './session.js';

const schema = composedSchema();
const user = { id: 'u1', displayName: 'Ada', role: 'ADMIN' };
let platform: FakePlatform;
let lifetimeMs: number;
let count: number;
let tokensSeen: (string | undefined)[];

/** Each refresh token works once, as on the real platform. */
const newSession = () => {
  count += 1;
  return {
    accessToken: `access-${count}`,
    refreshToken: `refresh-${count}`,
    expiresAt: new Date(Date.now() + lifetimeMs).toISOString(),
    user,
  };
};

beforeEach(async () => {
  lifetimeMs = 15 * 60_000;
  count = 0;
  tokensSeen = [];
  platform = await startFakePlatform(schema, {
    logIn: () => ({ session: newSession(), userErrors: [] }),
    refreshSession: ({ input }: { input: { refreshToken: string } }) =>
      input.refreshToken === `refresh-${count}`
        ? { session: newSession(), userErrors: [] }
        : { userErrors: [{ code: 'REFRESH_TOKEN_REUSED', message: 'Used before.' }] },
    logOut: () => ({ sessionId: 's1', userErrors: [] }),
    me: (_args, { authorization }) => {
      tokensSeen.push(authorization);
      return authorization === 'Bearer nobody' ? null : user;
    },
  });
});
afterEach(() => platform.close());

const credentials = { email: 'admin@demo.example', password: 'secret' };

describe('signIn', () => {
  it('uses the session’s access token until it is about to end', async () => {
    const session = await signIn(platform.client, credentials);
    expect(session.user).toEqual(user);
    await session.client.request(meOperation, {});
    await session.client.request(meOperation, {});
    await session.logOut();
    expect(tokensSeen).toEqual(['Bearer access-1', 'Bearer access-1']);
    expect(platform.requests).toEqual(['LogIn', 'Me', 'Me', 'LogOut']);
  });

  it('renews it once for all who ask at the same time', async () => {
    lifetimeMs = 30_000;
    const session = await signIn(platform.client, credentials);
    lifetimeMs = 15 * 60_000;
    await Promise.all([1, 2, 3].map(() => session.client.request(meOperation, {})));
    expect(tokensSeen).toEqual(Array(3).fill('Bearer access-2'));
    expect(platform.requests.filter((name) => name === 'RefreshSession')).toHaveLength(1);
  });
});

describe('signInWithToken', () => {
  it('uses the token as it is, and leaves its session alone', async () => {
    const session = await signInWithToken(platform.client, 'given');
    await session.logOut();
    expect(tokensSeen).toEqual(['Bearer given']);
    expect(platform.requests).toEqual(['Me']);
  });

  it('refuses one that belongs to nobody', async () => {
    await expect(signInWithToken(platform.client, 'nobody')).rejects.toThrow('PCC_TOKEN');
  });
});
