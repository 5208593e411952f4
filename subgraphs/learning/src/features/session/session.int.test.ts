import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sessionOf, visitor, type Tokens } from '../../test-sessions.js';
import { startTestLearning, type Person, type TestLearning } from '../../test-support.js';

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

describe('the list of sessions', () => {
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const listed = async (client: Person) => {
    const { me } = await client.ask<{
      me: {
        sessions: {
          id: string;
          device: string | null;
          startedAt: string;
          lastUsedAt: string;
          isCurrent: boolean;
        }[];
      };
    }>('{ me { sessions { id device startedAt lastUsedAt isCurrent } } }');
    return me.sessions;
  };

  it('says where somebody is signed in, since when, and which is this one', async () => {
    const { account, session, userId } = await register();
    learning.clock.pass(60_000);
    const { session: other } = await learning.anonymous.do<{ session: Tokens }>(
      'logIn',
      { ...account, device: firefox },
      'session { accessToken refreshToken }',
    );
    learning.clock.pass(60_000);
    await refresh(other.refreshToken);
    const client = learning.as({ id: userId, role: 'student', sessionId: sessionOf(session) });
    const [newest, oldest] = await listed(client);
    expect(newest).toMatchObject({
      id: sessionOf(other),
      device: 'Firefox on Linux',
      isCurrent: false,
    });
    expect(oldest).toMatchObject({ id: sessionOf(session), device: null, isCurrent: true });
    const ms = (from = '', to = '') => Date.parse(to) - Date.parse(from);
    expect(ms(newest?.startedAt, newest?.lastUsedAt)).toBeGreaterThanOrEqual(60_000);
    expect(oldest?.lastUsedAt).toBe(oldest?.startedAt);
    expect(
      JSON.stringify(await learning.sql('SELECT s::text FROM learning.user_sessions s')),
    ).not.toContain('127.0.0.1');
  });

  it('is nobody else’s, and not an admin’s', async () => {
    const { userId } = await register();
    const document = `query ($all: [_Any!]!) { _entities(representations: $all) { ... on User { sessions { id } } } }`;
    for (const client of [await learning.person(), await learning.person('admin')]) {
      const answer = await client.ask(document, { all: [{ __typename: 'User', id: userId }] });
      expect(answer).toEqual({ _entities: [{ sessions: null }] });
    }
  });

  it('ends one of them, or all', async () => {
    const { account, session, userId } = await register();
    const other = (await logIn(account)).session;
    const client = learning.as({ id: userId, role: 'student', sessionId: sessionOf(session) });
    const stranger = await learning.person();
    const sessionId = sessionOf(other);
    expect(await stranger.refusal('revokeSession', { sessionId })).toBe('NOT_FOUND');
    expect(await client.refusal('revokeSession', { sessionId: 'x' })).toBe('NOT_FOUND');
    for (let time = 1; time <= 2; time++) {
      expect(await client.do('revokeSession', { sessionId }, 'sessionId')).toEqual({
        sessionId,
        userErrors: [],
      });
    }
    expect([await isLive(session), await isLive(other)]).toEqual([true, false]);
    const third = (await logIn(account)).session;
    const everywhere = 'mutation { logOutEverywhere { sessionIds userErrors { code } } }';
    const { logOutEverywhere } = await client.ask<{ logOutEverywhere: { sessionIds: string[] } }>(
      everywhere,
    );
    expect(logOutEverywhere.sessionIds.sort()).toEqual(
      [sessionOf(session), sessionOf(third)].sort(),
    );
    expect([await isLive(session), await isLive(third)]).toEqual([false, false]);
    expect(await listed(client)).toEqual([]);
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
