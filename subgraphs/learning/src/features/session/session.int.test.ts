import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sessionOf, visitor } from '../../test-sessions.js';
import { startTestLearning, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
beforeAll(async () => {
  learning = await startTestLearning();
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));
const { register, logIn, refresh, isLive } = visitor(() => learning);

describe('refreshSession', () => {
  it('rotates the token and keeps the session', async () => {
    const { session } = await register();
    const next = await refresh(session.refreshToken);
    expect(next.session?.refreshToken).not.toBe(session.refreshToken);
    expect(sessionOf(next.session)).toBe(sessionOf(session));
    expect((await refresh(next.session?.refreshToken ?? '')).code).toBeUndefined();
  });

  it('ends every session when a used token comes again', async () => {
    const { account, session } = await register();
    const other = (await logIn(account)).session;
    const next = await refresh(session.refreshToken);
    learning.clock.pass(31_000);
    expect((await refresh(session.refreshToken)).code).toBe('REFRESH_TOKEN_REUSED');
    expect([await isLive(next.session), await isLive(other)]).toEqual([false, false]);
    for (const ended of [next.session, other]) {
      expect((await refresh(ended?.refreshToken ?? '')).code).toBe('INVALID_REFRESH_TOKEN');
    }
    expect((await logIn(account)).code).toBeUndefined();
  });

  it('refuses expired and unknown tokens', async () => {
    const { session } = await register();
    learning.clock.pass(7 * 24 * 60 * 60_000 + 1_000);
    expect((await refresh(session.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
    expect((await refresh('\u0000nonsense')).code).toBe('INVALID_REFRESH_TOKEN');
  });
});

describe('logOut', () => {
  const document = 'mutation { logOut { sessionId userErrors { code } } }';

  it('ends its own session only, and may be repeated', async () => {
    const { account, session, userId } = await register();
    const other = (await logIn(account)).session;
    const sessionId = sessionOf(session);
    const viewer = learning.as({ id: userId, role: 'student', sessionId });
    for (let time = 1; time <= 2; time++) {
      expect(await viewer.ask(document)).toEqual({ logOut: { sessionId, userErrors: [] } });
    }
    expect([await isLive(session), await isLive(other)]).toEqual([false, true]);
    expect((await refresh(session.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
  });

  it("does not end somebody else's", async () => {
    const { session } = await register();
    const stranger = await register();
    const viewer = { id: stranger.userId, role: 'student', sessionId: sessionOf(session) } as const;
    expect(await learning.as(viewer).errors(document)).toEqual(['UNAUTHENTICATED']);
    expect(await learning.anonymous.errors(document)).toEqual(['UNAUTHENTICATED']);
    expect(await isLive(session)).toBe(true);
  });
});

it('knows its sessions after a restart with an empty session store', async () => {
  const { account, session } = await register();
  const other = (await logIn(account)).session;
  const viewer = { id: '', role: 'student', sessionId: sessionOf(other) } as const;
  const userId = String(decodeJwt(other?.accessToken ?? '').sub);
  await learning.as({ ...viewer, id: userId }).ask('mutation { logOut { userErrors { code } } }');
  await learning.restart();
  expect([await isLive(session), await isLive(other)]).toEqual([true, false]);
});
