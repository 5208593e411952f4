import { newId } from '@pcc/platform';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newAccount, sessionOf, visitor } from '../../test-sessions.js';
import { startTestLearning, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
beforeAll(async () => {
  learning = await startTestLearning();
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));
const { apply, register, logIn, refresh, isLive } = visitor(() => learning);

/** Somebody with an account, as the router would let her ask. */
const member = async () => {
  const { account, session, userId } = await register();
  const viewer = { id: userId, role: 'student', sessionId: sessionOf(session) } as const;
  return { account, session, userId, viewer, client: learning.as(viewer) };
};
const newPassword = 'another horse battery';
/** The token of the mail to this address whose link sets a password. */
const askReset = async (email: string) => {
  const before = new Set((await learning.mails()).map(({ id }) => id));
  await learning.anonymous.do('requestPasswordReset', { email }, 'accepted');
  const isNew = (mail: { id: string; link: string | null }) =>
    !before.has(mail.id) && mail.link?.includes('reset-password') === true;
  return (await learning.mailTo(email, isNew)).token ?? '';
};
const reset = (token: string, password = newPassword) =>
  learning.anonymous.refusal('resetPassword', { token, newPassword: password });

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

describe('a new password by mail', () => {
  it('is set once, ends all sessions, opens a locked account, and is told', async () => {
    const { account, session, userId } = await member();
    const other = (await logIn(account)).session;
    for (let attempt = 1; attempt <= 5; attempt++) await logIn({ ...account, password: 'wrong' });
    expect((await logIn(account)).code).toBe('TOO_MANY_ATTEMPTS');
    const token = await askReset(account.email);
    expect(await reset(token, 'short')).toBe('WEAK_PASSWORD');
    expect(await reset(token)).toBeUndefined();
    expect(await reset(token)).toBe('INVALID_TOKEN');
    expect([await isLive(session), await isLive(other)]).toEqual([false, false]);
    expect((await refresh(session.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
    expect((await logIn(account)).code).toBe('INVALID_CREDENTIALS');
    expect((await logIn({ ...account, password: newPassword })).session?.user.id).toBe(userId);
    await learning.mailTo(account.email, ({ subject }) => subject === 'Your password was changed');
  });

  it('is not set by a link that is forged, an hour old, for something else, or older than one that was used', async () => {
    const { account } = await member();
    const [older, token] = [await askReset(account.email), await askReset(account.email)];
    expect(await reset(`${newId()}.${token.split('.')[1]}`)).toBe('INVALID_TOKEN');
    expect(await reset((await apply(newAccount())).token ?? '')).toBe('INVALID_TOKEN');
    expect(await reset(token)).toBeUndefined();
    expect(await reset(older)).toBe('INVALID_TOKEN');
    const late = await askReset(account.email);
    learning.clock.pass(60 * 60_000 + 1_000);
    expect(await reset(late)).toBe('INVALID_TOKEN');
  });

  it('is asked for alike, in answer, statements and rows, whether or not somebody has the address', async () => {
    const { account } = await member();
    const rows = async () => {
      const [row] = await learning.sql<Record<string, number>>(
        `SELECT (SELECT count(*)::int FROM learning.mailed_tokens) AS tokens,
                (SELECT count(*)::int FROM learning.mail_limits) AS limits`,
      );
      return row ?? {};
    };
    const seen = [];
    for (const email of [newAccount().email, account.email]) {
      const before = await rows();
      let answer: unknown;
      const statements = await learning.statements(
        async () =>
          (answer = await learning.anonymous.do('requestPasswordReset', { email }, 'accepted')),
      );
      const after = await rows();
      const written = Object.keys(after).map((table) => (after[table] ?? 0) - (before[table] ?? 0));
      seen.push({ answer, statements, written });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]).toMatchObject({ answer: { accepted: true, userErrors: [] }, written: [1, 1] });
    expect(await learning.anonymous.refusal('requestPasswordReset', { email: 'x' })).toBe(
      'INVALID_EMAIL',
    );
  });

  it('is mailed no more than three times an hour', async () => {
    const { account } = await member();
    for (let time = 1; time <= 3; time++) await askReset(account.email);
    const count = (await learning.mails()).length;
    const answer = await learning.anonymous.do(
      'requestPasswordReset',
      { email: account.email },
      'accepted',
    );
    expect(answer).toEqual({ accepted: true, userErrors: [] });
    const [queued] = await learning.sql<{ count: number }>(
      `SELECT count(*)::int FROM learning.mail_queue WHERE template = 'reset-password'
          AND user_id = (SELECT id FROM learning.users WHERE email = $1)`,
      [account.email],
    );
    expect(queued?.count).toBe(3);
    expect(await learning.mails()).toHaveLength(count);
  });
});

describe('changePassword', () => {
  const change = (client: Awaited<ReturnType<typeof member>>['client'], currentPassword: string) =>
    client.refusal('changePassword', { currentPassword, newPassword });

  it('wants the present password, and ends the other sessions', async () => {
    const { account, session, client } = await member();
    const other = (await logIn(account)).session;
    expect(await change(client, 'wrong')).toBe('INVALID_CREDENTIALS');
    const weak = { currentPassword: account.password, newPassword: account.email };
    expect(await client.refusal('changePassword', weak)).toBe('WEAK_PASSWORD');
    expect([await isLive(session), await isLive(other)]).toEqual([true, true]);
    expect(await change(client, account.password)).toBeUndefined();
    expect([await isLive(session), await isLive(other)]).toEqual([true, false]);
    expect((await logIn({ ...account, password: newPassword })).code).toBeUndefined();
  });

  it('counts wrong ones like failed log-ins', async () => {
    const { account, client } = await member();
    const codes = [];
    for (let attempt = 1; attempt <= 6; attempt++) codes.push(await change(client, 'wrong'));
    expect(codes.at(-1)).toBe('TOO_MANY_ATTEMPTS');
    expect((await logIn(account)).code).toBe('TOO_MANY_ATTEMPTS');
    expect(await change(client, account.password)).toBe('TOO_MANY_ATTEMPTS');
  });
});

describe('another e-mail address', () => {
  const ask = (
    client: Awaited<ReturnType<typeof member>>['client'],
    newEmail: string,
    password: string,
  ) => client.do('requestEmailChange', { newEmail, password }, 'accepted');

  it('is hers once she has shown that she reads it; the one before is told', async () => {
    const { account, client, userId } = await member();
    const { email } = newAccount();
    expect(await ask(client, ` ${email.toUpperCase()}`, account.password)).toEqual({
      accepted: true,
      userErrors: [],
    });
    await learning.mailTo(account.email, ({ subject }) =>
      subject.includes('another e-mail address'),
    );
    expect(await client.ask('{ me { email } }')).toEqual({ me: { email: account.email } });
    const { token } = await learning.mailTo(email);
    const confirm = () => learning.anonymous.refusal('confirmEmailChange', { token });
    expect(await confirm()).toBeUndefined();
    expect(await confirm()).toBe('INVALID_TOKEN');
    expect(await client.ask('{ me { email } }')).toEqual({ me: { email } });
    expect((await logIn({ ...account, email })).code).toBeUndefined();
    expect((await logIn(account)).code).toBe('INVALID_CREDENTIALS');
    const { actorId } = await learning.heard('user.changed', (data) => data.userId === userId);
    expect(actorId).toBe(userId);
  });

  it('is not hers who stole the password, once a new one is set; nor is a password by an older link', async () => {
    const ways = [
      async (one: Awaited<ReturnType<typeof member>>) => reset(await askReset(one.account.email)),
      (one: Awaited<ReturnType<typeof member>>) => {
        const passwords = { currentPassword: one.account.password, newPassword };
        return one.client.refusal('changePassword', passwords);
      },
    ];
    for (const setPassword of ways) {
      const one = await member();
      const { email } = newAccount();
      await ask(one.client, email, one.account.password);
      const { token } = await learning.mailTo(email);
      const older = await askReset(one.account.email);
      expect(await setPassword(one)).toBeUndefined();
      const confirmed = await learning.anonymous.refusal('confirmEmailChange', { token });
      expect([confirmed, await reset(older)]).toEqual(['INVALID_TOKEN', 'INVALID_TOKEN']);
      expect((await logIn({ ...one.account, password: newPassword })).code).toBeUndefined();
    }
  });

  it('ends a link for another password that went to the address before', async () => {
    const { account, client } = await member();
    const older = await askReset(account.email);
    const { email } = newAccount();
    await ask(client, email, account.password);
    const { token } = await learning.mailTo(email);
    expect(await learning.anonymous.refusal('confirmEmailChange', { token })).toBeUndefined();
    expect(await reset(older)).toBe('INVALID_TOKEN');
  });

  it('of somebody else is asked for alike, and does not become hers', async () => {
    const [one, other] = [await member(), await member()];
    const wrong = await ask(one.client, newAccount().email, 'wrong');
    expect(wrong).toMatchObject({ accepted: null, userErrors: [{ code: 'INVALID_CREDENTIALS' }] });
    const taken = newAccount();
    const seen = [];
    for (const email of [taken.email, other.account.email]) {
      let answer: unknown;
      const statements = await learning.statements(
        async () => (answer = await ask(one.client, email, one.account.password)),
      );
      seen.push({ answer, statements });
    }
    expect(seen[1]).toEqual(seen[0]);
    await learning.mailTo(other.account.email, ({ subject }) =>
      subject.includes('account already'),
    );
    // Somebody takes the free one before she opens the link.
    const { token } = await learning.mailTo(taken.email);
    await learning.running.createAccount({ ...taken, displayName: 'Quick', role: 'student' });
    expect(await learning.anonymous.refusal('confirmEmailChange', { token })).toBe('INVALID_TOKEN');
    expect(await one.client.ask('{ me { email } }')).toEqual({ me: { email: one.account.email } });
  });
});
