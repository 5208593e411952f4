import { newId } from '@pcc/platform';
import { startTestPostgresServer } from '@pcc/stores/testing';
import { waitFor } from '@pcc/testkit';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { count, crowd, rounds, roundsTimeout, times } from '../test-concurrency.js';
import { newAccount, sessionOf, visitor } from '../test-sessions.js';
import { startTestLearning, type Person, type TestLearning } from '../test-support.js';

/**
 * What happens to accounts and sessions at the same moment. On a PostgreSQL with real sessions, in the role of production: on the embedded
 * one everybody waits in line, and no race is ever lost.
 */
let learning: TestLearning;
beforeAll(async () => {
  learning = await startTestLearning(startTestPostgresServer);
});
afterAll(() => learning.close());
beforeEach(() => learning.clock.set(new Date()));
vi.setConfig({ testTimeout: roundsTimeout });

const { written } = crowd(() => learning);
describe('accounts and sessions', () => {
  const { register, verify, logIn, refresh, isLive } = visitor(() => learning);
  const logOut = (userId: string, sessionId: string) =>
    learning
      .as({ id: userId, role: 'student', sessionId })
      .ask('mutation { logOut { userErrors { code } } }');
  /** What the router believes, and what the database knows. */
  const sessionsOf = async (userId: string) => {
    const rows = await learning.sql<{ id: string }>(
      'SELECT id FROM learning.user_sessions WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id',
      [userId],
    );
    const live = (await learning.redis.sessions.list(userId)).map(({ id }) => id).sort();
    return { known: rows.map(({ id }) => id), live };
  };

  it('are made once of an address, however many register, and open their links, at once', () =>
    rounds(async () => {
      const account = newAccount();
      const input = { ...account, displayName: 'Pat' };
      const codes = await times(5, () => learning.anonymous.refusal('register', input));
      expect(count(codes, undefined)).toBe(5);
      const pending = await learning.sql<{ id: string }>(
        'SELECT id FROM learning.pending_registrations WHERE email = $1',
        [account.email],
      );
      // As many as there may be mails.
      expect(pending).toHaveLength(3);
      const tokens: string[] = [];
      for (const { id } of pending) {
        const mail = await learning.mailTo(
          account.email,
          ({ token }) => token?.startsWith(id) === true,
        );
        tokens.push(mail.token ?? '');
      }
      const opened = await times(6, (index) => verify(tokens[index % 3] ?? ''));
      const codesOfAll = opened.map(({ code }) => code);
      expect([count(codesOfAll, undefined), count(codesOfAll, 'INVALID_TOKEN')]).toEqual([1, 5]);
      const people = await learning.sql('SELECT 1 FROM learning.users WHERE email = $1', [
        account.email,
      ]);
      expect(people).toHaveLength(1);
      const userId = opened.find(({ session }) => session !== null)?.session?.user.id ?? '';
      expect(await written('user.registered', { id: userId })).toBe(1);
    }));

  it('get at most three mails an hour, however many are asked for at once', async () => {
    const { account } = await register();
    const { email } = account;
    await times(8, () => learning.anonymous.refusal('requestPasswordReset', { email }));
    const [row] = await learning.sql<{ count: number }>(
      `SELECT count(*)::int FROM learning.mail_queue AS m JOIN learning.users AS u ON u.id = m.user_id
        WHERE u.email = $1 AND m.template = 'reset-password'`,
      [email],
    );
    expect(row?.count).toBe(3);
  });

  it('get one new password when two links are used at once, whichever it is', () =>
    rounds(async () => {
      const { account, userId } = await register();
      const { email } = account;
      await times(2, () => learning.anonymous.refusal('requestPasswordReset', { email }));
      const links = await waitFor(async () => {
        const found = (await learning.mails()).filter(
          (mail) => mail.to === email && mail.link?.includes('reset-password') === true,
        );
        return found.length === 2 && found;
      });
      const [one, two] = links.map(({ token }) => token);
      const attempts = [one, two, one, two].map((token, index) => ({
        token,
        newPassword: `password of attempt ${index}`,
      }));
      const codes = await Promise.all(
        attempts.map((attempt) => learning.anonymous.refusal('resetPassword', attempt)),
      );
      expect([count(codes, undefined), count(codes, 'INVALID_TOKEN')]).toEqual([1, 3]);
      expect(await sessionsOf(userId)).toEqual({ known: [], live: [] });
      const winner = attempts[codes.indexOf(undefined)];
      const { session } = await logIn({ email, password: winner?.newPassword ?? '' });
      expect(session?.user.id).toBe(userId);
    }));

  it('are opened by a new password while somebody logs in and fails', () =>
    rounds(async () => {
      const { account } = await register();
      const { email } = account;
      await logIn({ email, password: 'wrong' });
      await learning.anonymous.refusal('requestPasswordReset', { email });
      const { token } = await learning.mailTo(
        email,
        (mail) => mail.link?.includes('reset-password') === true,
      );
      const newPassword = 'another horse battery';
      const [code, logIns] = await Promise.all([
        learning.anonymous.refusal('resetPassword', { token, newPassword }),
        times(4, (index) =>
          logIn({ email, password: index % 2 === 0 ? account.password : 'wrong' }),
        ),
      ]);
      expect(code).toBeUndefined();
      // None of them waited for ever for the other, and who came in by the old password is out.
      expect([undefined, 'INVALID_CREDENTIALS']).toEqual(
        expect.arrayContaining(logIns.map((answer) => answer.code)),
      );
      for (const { session } of logIns)
        if (session !== null) expect(await isLive(session)).toBe(false);
      expect((await logIn({ email, password: newPassword })).code).toBeUndefined();
    }));

  it('keep one of two passwords that are set at once', async () => {
    const { account, session, userId } = await register();
    const client = learning.as({ id: userId, role: 'student', sessionId: sessionOf(session) });
    const codes = await times(3, (index) =>
      client.refusal('changePassword', {
        currentPassword: account.password,
        newPassword: `password of attempt ${index}`,
      }),
    );
    expect([count(codes, undefined), count(codes, 'INVALID_CREDENTIALS')]).toEqual([1, 2]);
    const password = `password of attempt ${codes.indexOf(undefined)}`;
    expect((await logIn({ ...account, password })).code).toBeUndefined();
  });

  it('of a person who is suspended are over, however many log in and act as her meanwhile', () =>
    rounds(async () => {
      const { account, userId } = await register();
      const [one, two] = [await learning.person('admin'), await learning.person('admin')];
      await Promise.all([
        times(3, () => logIn(account)),
        times(2, () => two.refusal('impersonateUser', { userId, reason: 'Ticket 1' })),
        one.do('suspendUser', { userId }, ''),
      ]);
      expect(await sessionsOf(userId)).toEqual({ known: [], live: [] });
      expect((await logIn(account)).code).toBe('ACCOUNT_SUSPENDED');
      expect(await written('user.suspended', { id: userId })).toBe(1);
    }));

  it('as other people are over, when their admin is made a learner at that moment', () =>
    rounds(async () => {
      const { userId } = await register();
      const [acting, other] = [await learning.person('admin'), await learning.person('admin')];
      await Promise.all([
        times(2, () => acting.refusal('impersonateUser', { userId, reason: 'Ticket 1' })),
        other.do('changeUserRole', { userId: acting.id, role: 'STUDENT' }, ''),
      ]);
      const rows = await learning.sql<{ id: string }>(
        `SELECT s.id FROM learning.user_sessions s JOIN learning.impersonations i ON i.session_id = s.id
          WHERE i.admin_id = $1 AND s.revoked_at IS NULL`,
        [acting.id],
      );
      expect(rows).toEqual([]);
      const live = await learning.redis.sessions.list(userId);
      expect(live.filter(({ expiresAt }) => expiresAt.getTime() < Date.now() + 3_600_000)).toEqual(
        [],
      );
    }));

  it('lock an address after guesses made all at once', async () => {
    const { account } = await register();
    const guesses = await times(8, () => logIn({ ...account, password: 'wrong' }));
    expect(guesses.every(({ session }) => session === null)).toBe(true);
    expect((await logIn(account)).code).toBe('TOO_MANY_ATTEMPTS');
  });

  it('are at most three, however many log in at once', async () => {
    const { account, userId } = await register();
    const logIns = await times(6, () => logIn(account));
    expect(logIns.every(({ session }) => session !== null)).toBe(true);
    const { known, live } = await sessionsOf(userId);
    expect(live).toEqual(known);
    expect(live).toHaveLength(3);
  });

  it('go on in two tabs that refresh at once', () =>
    rounds(async () => {
      const { session } = await register();
      const both = await times(2, () => refresh(session.refreshToken));
      for (const { session: next } of both) {
        expect((await refresh(next?.refreshToken ?? '')).code).toBeUndefined();
      }
    }));

  it('end when a stolen token is used, whatever the owner does at that moment', () =>
    rounds(async () => {
      const { session, userId } = await register();
      const { session: next } = await refresh(session.refreshToken);
      learning.clock.pass(31_000);
      const [stolen] = await Promise.all([
        refresh(session.refreshToken),
        refresh(next?.refreshToken ?? ''),
      ]);
      expect(stolen.code).toBe('REFRESH_TOKEN_REUSED');
      expect(await sessionsOf(userId)).toEqual({ known: [], live: [] });
    }));

  it('are over after a log-out, though a refresh was under way', async () => {
    const { session, userId } = await register();
    const { sessions } = learning.redis;
    const put = sessions.put.bind(sessions);
    // The refresh has committed, and is about to tell the router, when the log-out comes.
    const spy = vi.spyOn(sessions, 'put').mockImplementationOnce(async (live) => {
      await logOut(userId, sessionOf(session));
      await put(live);
    });
    await refresh(session.refreshToken);
    spy.mockRestore();
    expect(await isLive(session)).toBe(false);
    expect(await sessionsOf(userId)).toEqual({ known: [], live: [] });
  });

  it('with an old role are over, however many log in while it changes', () =>
    rounds(async () => {
      const { account, userId } = await register();
      const admin = await learning.person('admin');
      const [logIns] = await Promise.all([
        times(3, () => logIn(account)),
        admin.do('changeUserRole', { userId, role: 'INSTRUCTOR' }, ''),
      ]);
      const { known, live } = await sessionsOf(userId);
      expect(live).toEqual(known);
      for (const { session } of logIns) {
        const { role } = decodeJwt<{ role: string }>(session?.accessToken ?? '');
        if (live.includes(sessionOf(session))) expect(role).toBe('instructor');
      }
    }));

  it('are made an admin once, however many operators ask, of somebody new or known', () =>
    rounds(async () => {
      for (const [email, outcome] of [
        [`${newId()}@example.test`, 'CREATED'],
        [(await register()).account.email, 'PROMOTED'],
      ] as const) {
        const made = await times(3, () => learning.running.makeAdmin({ email }));
        const found = made.flatMap((one) => (one.ok ? [one.value] : []));
        expect(found.map((one) => one.outcome).sort()).toEqual(
          ['ALREADY_ADMIN', 'ALREADY_ADMIN', outcome].sort(),
        );
        expect(new Set(found.map(({ userId }) => userId)).size).toBe(1);
        const id = found[0]?.userId ?? '';
        const type = outcome === 'CREATED' ? 'user.registered' : 'user.changed';
        expect(await written(type, { id })).toBe(1);
      }
    }));

  it('leave an admin when the last two demote each other', () =>
    rounds(async () => {
      await learning.sql(`UPDATE learning.users SET role = 'student' WHERE role = 'admin'`);
      const [one, two] = [await learning.person('admin'), await learning.person('admin')];
      const demote = (by: Person, whom: Person) =>
        by.refusal('changeUserRole', { userId: whom.id, role: 'STUDENT' });
      const codes = await Promise.all([demote(one, two), demote(two, one)]);
      expect([count(codes, undefined), count(codes, 'LAST_ADMIN')]).toEqual([1, 1]);
    }));
});

it('lets no event fail for good, whoever met whom', async () => {
  expect(await learning.sql('SELECT * FROM learning.dead_letters')).toEqual([]);
});
