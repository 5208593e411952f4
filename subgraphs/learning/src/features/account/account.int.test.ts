import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newAccount, password, visitor } from '../../test-sessions.js';
import { startTestLearning, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
beforeAll(async () => {
  learning = await startTestLearning();
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));
const { register, logIn, refresh, isLive } = visitor(() => learning);

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
