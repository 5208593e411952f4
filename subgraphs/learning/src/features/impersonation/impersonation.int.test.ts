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
const { register, isLive } = visitor(() => learning);

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
