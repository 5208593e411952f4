import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '@pcc/platform';
import { startTestLearning, type TestLearning } from '../../test-support.js';

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const password = 'correct horse battery';
const selection = 'session { accessToken refreshToken user { id email } }';
let learning: TestLearning;
beforeAll(async () => {
  learning = await startTestLearning();
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));

const newAccount = () => ({ email: `${newId()}@example.test`, password });

const register = async () => {
  const account = newAccount();
  const { session } = await learning.anonymous.do<{ session: Tokens & { user: { id: string } } }>(
    'register',
    { ...account, displayName: 'Pat' },
    selection,
  );
  return { account, session, userId: session.user.id };
};
const logIn = async (account: { email: string; password: string }) => {
  const answer = await learning.anonymous.do<{ session: Tokens | null }>(
    'logIn',
    account,
    selection,
  );
  return { session: answer.session, code: answer.userErrors[0]?.code };
};
const refresh = async (refreshToken: string) => {
  const answer = await learning.anonymous.do<{ session: Tokens | null }>(
    'refreshSession',
    { refreshToken },
    selection,
  );
  return { session: answer.session, code: answer.userErrors[0]?.code };
};
const sessionOf = (tokens: Tokens | null) => String(decodeJwt(tokens?.accessToken ?? '')['sid']);
const isLive = (tokens: Tokens | null) => learning.redis.sessions.isLive(sessionOf(tokens));

describe('register', () => {
  it('makes a student, signed in with a token that the published keys verify', async () => {
    const { session, userId, account } = await register();
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', learning.url));
    const { payload } = await jwtVerify(session.accessToken, keys, { issuer: 'pcc-lms' });
    expect(payload).toMatchObject({ sub: userId, role: 'student' });
    expect(session.user).toEqual({ id: userId, email: account.email });
    expect(await isLive(session)).toBe(true);
    const events = learning.told.filter(({ aggregateId }) => aggregateId === userId);
    expect(JSON.stringify(events)).not.toContain('@');
  });

  it('knows an e-mail address in any spelling, and stores no token or password', async () => {
    const { account, session } = await register();
    const again = await learning.anonymous.do(
      'register',
      { email: `  ${account.email.toUpperCase()} `, password, displayName: 'Other' },
      'session { accessToken }',
    );
    expect(again).toMatchObject({
      session: null,
      userErrors: [{ code: 'EMAIL_NOT_AVAILABLE', field: ['input', 'email'] }],
    });
    const rows = await learning.sql(
      'SELECT t::text FROM learning.user_session_tokens t UNION ALL SELECT u::text FROM learning.users u',
    );
    expect(JSON.stringify(rows)).not.toContain(session.refreshToken);
    expect(JSON.stringify(rows)).not.toContain(password);
  });

  it('registers an address once, however many try at the same moment', async () => {
    const input = { ...newAccount(), displayName: 'Pat' };
    const codes = await Promise.all(
      Array.from({ length: 5 }, () => learning.anonymous.refusal('register', input)),
    );
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === 'EMAIL_NOT_AVAILABLE')).toHaveLength(4);
  });

  it('reports all that is wrong', async () => {
    const { userErrors } = await learning.anonymous.do(
      'register',
      { email: 'nobody@', password: 'short', displayName: ' \u0000', timeZone: 'Mars/Olympus' },
      'session { accessToken }',
    );
    expect(userErrors.map(({ code, field }) => [code, field?.[1]])).toEqual(
      expect.arrayContaining([
        ['INVALID_EMAIL', 'email'],
        ['WEAK_PASSWORD', 'password'],
        ['INVALID_INPUT', 'displayName'],
        ['INVALID_INPUT', 'timeZone'],
      ]),
    );
  });
});

describe('logIn', () => {
  it('answers an unknown address and a wrong password alike', async () => {
    const { account } = await register();
    const wrong = await learning.anonymous.do('logIn', { ...account, password: 'wrong' }, '');
    const unknown = await learning.anonymous.do('logIn', newAccount(), '');
    expect(wrong).toEqual(unknown);
    expect(wrong.userErrors[0]?.code).toBe('INVALID_CREDENTIALS');
  });

  it('locks for 15 minutes after 5 failures, known address or not', async () => {
    const { account } = await register();
    for (const email of [account.email, newAccount().email]) {
      const codes = [];
      for (let attempt = 1; attempt <= 6; attempt++) {
        codes.push((await logIn({ email, password: 'wrong' })).code);
      }
      expect(codes).toEqual([
        ...Array.from({ length: 5 }, () => 'INVALID_CREDENTIALS'),
        'TOO_MANY_ATTEMPTS',
      ]);
    }
    expect((await logIn(account)).code).toBe('TOO_MANY_ATTEMPTS');
    learning.clock.pass(15 * 60_000 + 1_000);
    expect((await logIn(account)).code).toBeUndefined();
  });

  it('forgets failures after a success', async () => {
    const { account } = await register();
    for (let round = 1; round <= 2; round++) {
      for (let attempt = 1; attempt <= 4; attempt++) {
        await logIn({ ...account, password: 'wrong' });
      }
      expect((await logIn(account)).code).toBeUndefined();
    }
  });

  it('keeps at most 3 sessions: a further one ends the oldest', async () => {
    const { account, session: first } = await register();
    const others = [];
    for (let number = 1; number <= 3; number++) others.push((await logIn(account)).session);
    expect(await isLive(first)).toBe(false);
    expect(await Promise.all(others.map(isLive))).toEqual([true, true, true]);
    expect((await refresh(first.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
  });

  it('holds to 3 when many log in at once', async () => {
    const { account, userId } = await register();
    const logIns = await Promise.all(Array.from({ length: 6 }, () => logIn(account)));
    expect(logIns.every(({ session }) => session !== null)).toBe(true);
    expect(await learning.redis.sessions.list(userId)).toHaveLength(3);
  });
});

describe('refreshSession', () => {
  it('rotates the token and keeps the session', async () => {
    const { session } = await register();
    const next = await refresh(session.refreshToken);
    expect(next.session?.refreshToken).not.toBe(session.refreshToken);
    expect(sessionOf(next.session)).toBe(sessionOf(session));
    expect((await refresh(next.session?.refreshToken ?? '')).code).toBeUndefined();
  });

  it('forgives two tabs that refresh at once', async () => {
    const { session } = await register();
    const both = await Promise.all([refresh(session.refreshToken), refresh(session.refreshToken)]);
    for (const { session: next } of both) {
      expect((await refresh(next?.refreshToken ?? '')).code).toBeUndefined();
    }
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

describe('changeUserRole', () => {
  it('ends the sessions that carry the old role', async () => {
    const { account, session, userId } = await register();
    const admin = await learning.person('admin');
    const { user } = await admin.do<{ user: { role: string } }>(
      'changeUserRole',
      { userId, role: 'INSTRUCTOR' },
      'user { role }',
    );
    expect(user.role).toBe('INSTRUCTOR');
    expect(await isLive(session)).toBe(false);
    const next = (await logIn(account)).session;
    expect(decodeJwt(next?.accessToken ?? '')['role']).toBe('instructor');
    await learning.heard('user.changed', (data) => data.userId === userId);
  });

  it('leaves an admin', async () => {
    const admin = await learning.person('admin');
    const admins = await learning.sql<{ id: string }>(
      "SELECT id FROM learning.users WHERE role = 'admin' AND id <> $1",
      [admin.id],
    );
    for (const { id } of admins) {
      await admin.do('changeUserRole', { userId: id, role: 'STUDENT' }, '');
    }
    const own = { userId: admin.id, role: 'STUDENT' };
    expect(await admin.refusal('changeUserRole', own)).toBe('LAST_ADMIN');
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
