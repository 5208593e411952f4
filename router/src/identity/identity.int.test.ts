import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

let graph: PlatformGraph;
beforeAll(async () => {
  graph = await startPlatformGraph();
});
afterAll(() => graph.close());

const me = { query: '{ me { id role } }' };
const ask = (authorization: string, more: Record<string, string> = {}) =>
  graph.post(me, { authorization, ...more });

describe('identity', () => {
  it('tells subgraphs who asks', async () => {
    const { authorization } = await graph.issuer.signIn('u7', 'instructor');
    expect((await ask(authorization)).data).toEqual({ me: { id: 'u7', role: 'instructor' } });
  });

  it('tells subgraphs that an admin acts as somebody, who is the viewer', async () => {
    const { sessionId, authorization: herOwn } = await graph.issuer.signIn('u7', 'student');
    const token = await graph.issuer.sign(
      { sub: 'u7', sid: sessionId, role: 'student', act: { sub: 'a1' } },
      60,
    );
    // Both in short order: what is remembered of one must not be told of the other.
    for (const [authorization, impersonatorId] of [
      [`Bearer ${token}`, 'a1'],
      [herOwn, null],
    ] as const) {
      const before = graph.seen.length;
      expect((await ask(authorization)).data).toEqual({ me: { id: 'u7', role: 'student' } });
      expect(graph.seen[before]?.viewer).toMatchObject({ id: 'u7', impersonatorId });
    }
  });

  it('is anonymous without a token', async () => {
    const answer = await graph.post(me);
    expect([answer.status, answer.data]).toEqual([200, { me: null }]);
  });

  it('keeps viewers apart who ask the same at once', async () => {
    const people = await Promise.all(
      ['a', 'b', 'c', 'd'].map((id) => graph.issuer.signIn(id, 'student')),
    );
    const answers = await Promise.all(people.map(({ authorization }) => ask(authorization)));
    expect(answers.map(({ data }) => (data as { me: { id: string } }).me.id)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it.each([
    ['no bearer token', async () => 'Basic abc'],
    ['nonsense', async () => 'Bearer abc'],
    [
      'an expired token',
      async () => (await graph.issuer.signIn('u', 'student', -10)).authorization,
    ],
    [
      'another issuer',
      async () =>
        `Bearer ${await graph.issuer.sign({ sub: 'u', sid: 's', role: 'student' }, 60, 'x')}`,
    ],
    [
      'an unknown role',
      async () => `Bearer ${await graph.issuer.sign({ sub: 'u', sid: 's', role: 'root' }, 60)}`,
    ],
    [
      'no session',
      async () => `Bearer ${await graph.issuer.sign({ sub: 'u', role: 'admin' }, 60)}`,
    ],
    [
      'an admin without a name',
      async () => {
        const { sessionId: sid } = await graph.issuer.signIn('u', 'student');
        return `Bearer ${await graph.issuer.sign({ sub: 'u', sid, role: 'student', act: 'a1' }, 60)}`;
      },
    ],
    [
      'a session that never was',
      async () => `Bearer ${await graph.issuer.sign({ sub: 'u', sid: 'x', role: 'admin' }, 60)}`,
    ],
    [
      'an unsigned token',
      async () => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const claims = { iss: 'pcc-lms', sub: 'u', sid: 'session-1', role: 'admin', exp: 9e9 };
        return `Bearer ${part({ alg: 'none' })}.${part(claims)}.`;
      },
    ],
    [
      'a changed token',
      async () => {
        const { token } = await graph.issuer.signIn('u', 'student');
        const [head, , signature] = token.split('.');
        const claims = { iss: 'pcc-lms', sub: 'root', sid: 'session-1', role: 'admin', exp: 9e9 };
        return `Bearer ${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
      },
    ],
  ])('refuses %s', async (_name, authorization) => {
    const answer = await ask(await authorization());
    expect(answer.status).toBe(401);
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('refuses a revoked session at once, although the token was just accepted', async () => {
    const { authorization, sessionId } = await graph.issuer.signIn('u8', 'student');
    expect((await ask(authorization)).status).toBe(200);
    await graph.redis.sessions.revoke(sessionId);
    expect((await ask(authorization)).status).toBe(401);
  });

  it('drops identity headers that a client sends', async () => {
    const before = graph.seen.length;
    const answer = await graph.post(me, {
      'x-pcc-viewer': 'forged',
      'x-pcc-role': 'admin',
    });
    expect(answer.data).toEqual({ me: null });
    expect(graph.seen[before]?.viewer.isSignedIn).toBe(false);
  });

  it('hands on the request id and the trace', async () => {
    const before = graph.seen.length;
    const traceId = 'a'.repeat(32);
    const { headers } = await graph.post(me, {
      'x-request-id': 'my-request',
      traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
    });
    expect(graph.seen[before]?.identity).toMatchObject({ requestId: 'my-request', traceId });
    expect(headers.get('x-request-id')).toBe('my-request');
  });
});
