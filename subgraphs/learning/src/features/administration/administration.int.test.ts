import { newId } from '@pcc/platform';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { visitor } from '../../test-sessions.js';
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
