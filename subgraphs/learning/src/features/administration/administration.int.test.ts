import { newId } from '@pcc/platform';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sessionOf, visitor } from '../../test-sessions.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

let learning: TestLearning;
let admin: Person;
beforeAll(async () => {
  learning = await startTestLearning();
});
afterAll(() => learning.close());
beforeEach(async () => {
  learning.clock.set(new Date());
  admin = await learning.person('admin');
});
const { register, logIn, refresh, isLive } = visitor(() => learning);

describe('changeUserRole', () => {
  it('ends the sessions that carry the old role', async () => {
    const { account, session, userId } = await register();
    const { user } = await admin.do<{ user: { role: string } }>(
      'changeUserRole',
      { userId, role: 'INSTRUCTOR' },
      'user { role }',
    );
    expect(user.role).toBe('INSTRUCTOR');
    expect(await isLive(session)).toBe(false);
    const next = (await logIn(account)).session;
    expect(decodeJwt(next?.accessToken ?? '')['role']).toBe('instructor');
    const { actorId } = await learning.heard('user.changed', (data) => data.userId === userId);
    expect(actorId).toBe(admin.id);
  });

  it('leaves an admin', async () => {
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

describe('suspendUser', () => {
  const suspend = (userId: string) =>
    admin.do<{ user: { suspendedAt: string | null } | null }>(
      'suspendUser',
      { userId },
      'user { suspendedAt }',
    );
  const reinstate = (userId: string) =>
    admin.do<{ user: { suspendedAt: string | null } | null }>(
      'reinstateUser',
      { userId },
      'user { suspendedAt }',
    );

  it('ends all sessions at once, and only the right password is told why it does not work', async () => {
    const { account, session, userId } = await register();
    expect((await suspend(userId)).user?.suspendedAt).not.toBeNull();
    expect(await isLive(session)).toBe(false);
    expect((await refresh(session.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN');
    expect((await logIn({ ...account, password: 'wrong' })).code).toBe('INVALID_CREDENTIALS');
    expect(await logIn(account)).toEqual({ session: null, code: 'ACCOUNT_SUSPENDED' });
    const told = await learning.heard('user.suspended', (data) => data.userId === userId);
    expect(told).toEqual({ userId, actorId: admin.id });
  });

  it('is taken back by reinstateUser; each is told once, however often it is done', async () => {
    const { account, userId } = await register();
    for (let time = 1; time <= 2; time++) expect((await suspend(userId)).userErrors).toEqual([]);
    for (let time = 1; time <= 2; time++)
      expect((await reinstate(userId)).user).toEqual({ suspendedAt: null });
    expect((await logIn(account)).code).toBeUndefined();
    await learning.heard('user.reinstated', (data) => data.userId === userId);
    const types = learning.told
      .filter(
        ({ aggregateId, type }) => aggregateId === userId && /suspended|reinstated/.test(type),
      )
      .map(({ type }) => type);
    expect(types.sort()).toEqual(['user.reinstated', 'user.suspended']);
  });

  it('lets nobody in by a link from before', async () => {
    const { account, userId } = await register();
    await learning.anonymous.do('requestPasswordReset', { email: account.email }, '');
    const { token } = await learning.mailTo(
      account.email,
      ({ link }) => link?.includes('reset-password') === true,
    );
    await suspend(userId);
    await learning.anonymous.do(
      'resetPassword',
      { token, newPassword: 'another horse battery' },
      '',
    );
    expect((await logIn({ ...account, password: 'another horse battery' })).code).toBe(
      'ACCOUNT_SUSPENDED',
    );
  });

  it('leaves an admin', async () => {
    await learning.sql(
      `UPDATE learning.users SET role = 'student' WHERE role = 'admin' AND id <> $1`,
      [admin.id],
    );
    expect(await admin.refusal('suspendUser', { userId: admin.id })).toBe('LAST_ADMIN');
    const other = await learning.person('admin');
    expect(await admin.refusal('suspendUser', { userId: other.id })).toBeUndefined();
    const demote = { userId: admin.id, role: 'STUDENT' };
    expect(await admin.refusal('changeUserRole', demote)).toBe('LAST_ADMIN');
  });
});

describe('users', () => {
  interface Page {
    users: {
      nodes: { id: string; displayName: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
      totalCount: number;
    };
  }
  const list = async (variables: object) => {
    const { users } = await admin.ask<Page>(
      `query ($filter: UserFilter, $first: Int, $after: String) {
         users(filter: $filter, first: $first, after: $after) {
           nodes { id displayName email role suspendedAt privacy { showsName } }
           pageInfo { hasNextPage endCursor } totalCount } }`,
      { ...variables },
    );
    return users;
  };

  it('finds people by how name or address begins, by role, and the suspended', async () => {
    const mark = newId().slice(-12);
    const [anna, ines] = [
      await learning.person('student', `${mark} Anna`),
      await learning.person('instructor', `${mark.toUpperCase()} Ínes 100%`),
    ];
    await admin.do('suspendUser', { userId: anna.id }, '');
    const ids = async (filter: object) => (await list({ filter })).nodes.map(({ id }) => id);
    expect(await ids({ text: ` ${mark.toUpperCase()} ` })).toEqual([ines.id, anna.id]);
    expect(await ids({ text: mark, role: 'INSTRUCTOR' })).toEqual([ines.id]);
    expect(await ids({ text: mark, suspended: true })).toEqual([anna.id]);
    expect(await ids({ text: mark, suspended: false })).toEqual([ines.id]);
    expect(await ids({ text: `${mark} anna%` })).toEqual([]);
    expect(await ids({ text: 'nna' })).toEqual([]);
    const [row] = await learning.sql<{ email: string }>(
      'SELECT email FROM learning.users WHERE id = $1',
      [anna.id],
    );
    expect(await ids({ text: row?.email.slice(0, 30) })).toEqual([anna.id]);
    expect(await ids({ text: '\0' })).toEqual(await ids({}));
  });

  it('comes in pages, the newest first', async () => {
    const mark = newId().slice(-12);
    const people = [];
    for (const name of ['A', 'B', 'C'])
      people.unshift((await learning.person('student', `${mark} ${name}`)).id);
    const first = await list({ filter: { text: mark }, first: 2 });
    expect(first.nodes.map(({ id }) => id)).toEqual(people.slice(0, 2));
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const rest = await list({ filter: { text: mark }, first: 2, after: first.pageInfo.endCursor });
    expect(rest.nodes.map(({ id }) => id)).toEqual(people.slice(2));
    expect(await admin.errors('{ users(after: "WyJ4Il0") { totalCount } }')).toEqual([
      'BAD_USER_INPUT',
    ]);
  });

  it('is found by indexes among many people', async () => {
    await learning.sql(
      `INSERT INTO learning.users (id, email, password_hash, display_name, role)
       SELECT gen_random_uuid(), md5(n::text) || '@many.test', '', md5((n * 7)::text), 'student'
         FROM generate_series(1, 20000) AS n`,
    );
    await learning.sql('ANALYZE learning.users');
    const plan = async (condition: string) =>
      JSON.stringify(
        await learning.sql(
          `EXPLAIN SELECT id FROM learning.users AS u WHERE ${condition} ORDER BY id DESC LIMIT 21`,
        ),
      );
    const text = `(lower(u."display_name") LIKE 'abcd%' OR u."email" LIKE 'abcd%')`;
    expect(await plan(text)).toMatch(/users_name_prefix_idx.*users_email_prefix_idx/);
    expect(await plan(`u."suspended_at" IS NOT NULL`)).toContain('users_suspended_idx');
    expect(await plan(`u."role" = 'admin' AND u."role" <> 'student'`)).toContain('users_staff_idx');
    expect(await plan(`u."role" = 'student'`)).toContain('users_pkey');
  });
});

describe('impersonateUser', () => {
  const reason = 'Ticket 4711';
  const begin = async (userId: string) => {
    const { impersonation, userErrors } = await admin.do<{
      impersonation: {
        accessToken: string;
        expiresAt: string;
        user: { id: string; email: string };
      } | null;
    }>(
      'impersonateUser',
      { userId, reason },
      'impersonation { accessToken expiresAt user { id email } }',
    );
    if (impersonation === null) throw new Error(JSON.stringify(userErrors));
    const claims = decodeJwt<{ sid: string }>(impersonation.accessToken);
    const viewer = {
      id: userId,
      role: 'student',
      sessionId: claims.sid,
      impersonatorId: admin.id,
    } as const;
    return {
      impersonation,
      claims,
      client: learning.as(viewer),
      isLive: () => learning.redis.sessions.isLive(claims.sid),
    };
  };

  it('gives a token of that person for 15 minutes, naming the admin, and is told', async () => {
    const { userId, account, session } = await register();
    const { impersonation, claims, client, isLive: lives } = await begin(userId);
    expect(claims).toMatchObject({ sub: userId, role: 'student', act: { sub: admin.id } });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(900);
    expect(impersonation.user).toEqual({ id: userId, email: account.email });
    expect(await lives()).toBe(true);
    expect(await client.ask('{ me { id } }')).toEqual({ me: { id: userId } });
    const told = await learning.heard('impersonation.started', (data) => data.userId === userId);
    expect(told).toEqual({ userId, actorId: admin.id, sessionId: claims.sid, reason });
    // It is no session of hers: it ends none, and nobody counts it as her coming back.
    expect(await isLive(session)).toBe(true);
    const own = learning.as({ id: userId, role: 'student', sessionId: sessionOf(session) });
    expect(await own.ask('{ me { sessions { id isCurrent } } }')).toEqual({
      me: { sessions: [{ id: sessionOf(session), isCurrent: true }] },
    });
    expect(
      learning.told.filter(
        ({ type, aggregateId }) => type === 'session.started' && aggregateId === claims.sid,
      ),
    ).toEqual([]);
    expect(await client.ask('mutation { logOut { sessionId } }')).toEqual({
      logOut: { sessionId: claims.sid },
    });
    expect(await lives()).toBe(false);
  });

  it('does not reach passwords, addresses, roles and sessions', async () => {
    const { userId, account, session } = await register();
    const { client } = await begin(userId);
    const { password } = account;
    for (const [mutation, input] of [
      ['changePassword', { currentPassword: password, newPassword: 'another horse battery' }],
      ['requestEmailChange', { newEmail: 'new@example.test', password }],
      ['changeUserRole', { userId, role: 'ADMIN' }],
      ['suspendUser', { userId }],
      ['impersonateUser', { userId, reason }],
      ['revokeSession', { sessionId: sessionOf(session) }],
    ] as const) {
      expect([mutation, await client.refusal(mutation, input)]).toEqual([mutation, 'FORBIDDEN']);
    }
    expect(await client.errors('mutation { logOutEverywhere { sessionIds } }')).toEqual([
      'FORBIDDEN',
    ]);
    // What she may change of herself an admin may help her with, under the admin's name.
    await client.do('updateProfile', { bio: 'Helped' }, '');
    const { actorId } = await learning.heard('user.changed', (data) => data.userId === userId);
    expect(actorId).toBe(admin.id);
  });

  it('is never of an admin, of somebody suspended, or by an admin who is one no longer', async () => {
    const [other, gone] = [await learning.person('admin'), await register()];
    await admin.do('suspendUser', { userId: gone.userId }, '');
    const refusal = (who: Person, userId: string, why = reason) =>
      who.refusal('impersonateUser', { userId, reason: why });
    expect(await refusal(admin, other.id)).toBe('CANNOT_IMPERSONATE');
    expect(await refusal(admin, gone.userId)).toBe('CANNOT_IMPERSONATE');
    expect(await refusal(admin, newId())).toBe('NOT_FOUND');
    expect(await refusal(admin, 'x')).toBe('NOT_FOUND');
    const { userId } = await register();
    expect(await refusal(admin, userId, ' x ')).toBe('INVALID_INPUT');
    await admin.do('suspendUser', { userId: other.id }, '');
    expect(await refusal(other, userId)).toBe('FORBIDDEN');
  });

  it('ends when the person ends all her sessions, and when the admin is one no longer', async () => {
    const { userId, session } = await register();
    const first = await begin(userId);
    const own = learning.as({ id: userId, role: 'student', sessionId: sessionOf(session) });
    await own.ask('mutation { logOutEverywhere { sessionIds } }');
    expect(await first.isLive()).toBe(false);
    const second = await begin(userId);
    const other = await learning.person('admin');
    await other.do('changeUserRole', { userId: admin.id, role: 'STUDENT' }, '');
    expect(await second.isLive()).toBe(false);
  });
});

describe('the operator', () => {
  const email = () => `${newId()}@example.test`;

  it('makes an admin who sets her own password, or of whom there is an account; again it changes nothing', async () => {
    const { makeAdmin } = learning.running;
    const address = email();
    const made = await makeAdmin({ email: address, name: 'Ada' });
    expect(made).toMatchObject({ ok: true, value: { outcome: 'CREATED' } });
    const token = made.ok ? made.value.token : null;
    const account = { email: address, password: 'another horse battery' };
    expect((await logIn(account)).code).toBe('INVALID_CREDENTIALS');
    const set = { token, newPassword: account.password };
    expect(await learning.anonymous.refusal('resetPassword', set)).toBeUndefined();
    expect(decodeJwt((await logIn(account)).session?.accessToken ?? '')['role']).toBe('admin');
    const again = await makeAdmin({ email: address });
    expect(again).toMatchObject({ ok: true, value: { outcome: 'ALREADY_ADMIN', token: null } });

    const { session, userId, account: learner } = await register();
    const promoted = await makeAdmin({ email: ` ${learner.email.toUpperCase()}` });
    expect(promoted).toEqual({ ok: true, value: { userId, outcome: 'PROMOTED', token: null } });
    expect(await isLive(session)).toBe(false);
    expect(decodeJwt((await logIn(learner)).session?.accessToken ?? '')['role']).toBe('admin');
  });

  it('may give the password, which must be a good one', async () => {
    const { makeAdmin } = learning.running;
    const account = { email: email(), password: 'another horse battery' };
    expect(await makeAdmin({ ...account, password: 'short' })).toMatchObject({
      ok: false,
      errors: [{ code: 'WEAK_PASSWORD' }],
    });
    expect(await makeAdmin({ email: 'x' })).toMatchObject({
      ok: false,
      errors: [{ code: 'INVALID_EMAIL' }],
    });
    expect(await makeAdmin(account)).toMatchObject({ value: { token: null } });
    expect((await logIn(account)).code).toBeUndefined();
  });

  it('is the only one who reaches the route', async () => {
    const response = await fetch(new URL('/internal/admins/create', learning.url), {
      method: 'POST',
      body: JSON.stringify({ email: email() }),
    });
    expect(response.status).toBe(401);
  });
});
