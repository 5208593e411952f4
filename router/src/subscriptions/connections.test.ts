import { AppError, silentLogger, type Role } from '@pcc/platform';
import type { PubSub, SessionStore } from '@pcc/stores';
import { waitFor } from '@pcc/testkit';
import { describe, expect, it } from 'vitest';
import { anonymous, type Identity } from '../identity/identity.js';
import { trackConnections, type Connection } from './connections.js';

/** Tokens look like `user role session`; a session is live until it is revoked, loudly or not. */
async function world(limits = { maxSockets: 300, maxSocketsPerViewer: 100 }) {
  const ended = new Set<string>();
  let tell: (sessionId: string) => void = () => undefined;
  let interrupt: () => void = () => undefined;
  const state = { isAway: false, afterAuthenticating: () => undefined as void };
  const isLive = async (id: string) => {
    if (state.isAway) throw new AppError('STORE_UNAVAILABLE');
    return !ended.has(id);
  };
  const identityOf = (token: string): Identity => {
    const [id = '', role, sessionId = '', expiresAt = '2000'] = token.split(' ');
    const viewer = { id, role: role as Role, sessionId };
    return { ...anonymous, viewer, expiresAt: Number(expiresAt) };
  };
  const connections = await trackConnections({
    ...limits,
    identities: {
      async authenticate(token) {
        if (token === undefined) return anonymous;
        const identity = identityOf(token);
        if (token === 'bad' || !(await isLive(identity.viewer?.sessionId ?? ''))) {
          throw new AppError('UNAUTHENTICATED');
        }
        state.afterAuthenticating();
        return identity;
      },
      headersFor: async () => ({}),
    },
    sessions: {
      isLive,
      onRevoked: async (listener: typeof tell) => {
        tell = listener;
        return async () => undefined;
      },
    } as Partial<SessionStore> as SessionStore,
    pubSub: {
      onInterruption: (listener: () => void) => {
        interrupt = listener;
        return () => undefined;
      },
    } as Partial<PubSub> as PubSub,
    rateLimit: async () => undefined,
    logger: silentLogger,
  });
  const socket = (address = 'here') => {
    const reasons: string[] = [];
    const connection: Connection = {
      socket: {
        close: (reason) => reasons.push(reason),
        get isOpen() {
          return reasons.length === 0;
        },
        send: () => undefined,
        beat: () => undefined,
      },
      address,
      forwarded: { headers: {}, text: '' },
      requestAuthorization: undefined,
      admitted: undefined,
    };
    return { connection, reasons };
  };
  return {
    connections,
    state,
    socket,
    admitted: async (authorization: string | undefined, address?: string) => {
      const opened = socket(address);
      const parameters = authorization === undefined ? undefined : { authorization };
      return { ...opened, isAdmitted: await connections.admit(opened.connection, parameters) };
    },
    /** @param loudly whether the router hears of it */
    revoke: (sessionId: string, loudly: boolean) => {
      ended.add(sessionId);
      if (loudly) tell(sessionId);
    },
    interrupt: () => interrupt(),
  };
}

describe('open sockets', () => {
  it('are closed when their session is revoked, and no others', async () => {
    const { admitted, revoke } = await world();
    const [one, two, other] = await Promise.all([
      admitted('u1 student s1'),
      admitted('u1 student s1'),
      admitted('u1 student s2'),
    ]);
    revoke('s1', true);
    expect([one.reasons, two.reasons, other.reasons]).toEqual([['revoked'], ['revoked'], []]);
  });

  it('are closed when the session is revoked while they are admitted', async () => {
    const { admitted, revoke, state } = await world();
    // After the first look, before the socket is known: nobody would close it when this is told.
    state.afterAuthenticating = () => revoke('s1', true);
    const { isAdmitted, reasons } = await admitted('u1 student s1');
    expect([isAdmitted, reasons]).toEqual([false, ['revoked']]);
  });

  it('are closed after an interruption when their session was revoked unheard', async () => {
    const { admitted, revoke, interrupt } = await world();
    const gone = await Promise.all(
      Array.from({ length: 250 }, (_, index) => admitted(`u${index} student s${index}`)),
    );
    const stays = await admitted('u1 student stays');
    for (let index = 0; index < 250; index++) revoke(`s${index}`, false);
    interrupt();
    await waitFor(() => gone.every(({ reasons }) => reasons.length === 1));
    expect(stays.reasons).toEqual([]);
  });

  it('are looked at again when the look after an interruption failed', async () => {
    const { admitted, revoke, interrupt, connections, state } = await world();
    const { reasons } = await admitted('u1 student s1');
    revoke('s1', false);
    state.isAway = true;
    interrupt();
    await waitFor(async () => {
      state.isAway = false;
      connections.beat(0);
      return reasons.length > 0;
    });
    expect(reasons).toEqual(['revoked']);
  });

  it('are closed by the beat that finds their token expired', async () => {
    const { admitted, connections } = await world();
    const { reasons } = await admitted('u1 student s1 1000');
    connections.beat(999);
    expect(reasons).toEqual([]);
    connections.beat(1_000);
    expect(reasons).toEqual(['expired']);
  });
});

describe('a refreshed token', () => {
  it('moves the end of its socket', async () => {
    const { admitted, connections } = await world();
    const { connection, reasons } = await admitted('u1 student s1 1000');
    expect(await connections.refresh(connection, 'u1 student s1 5000')).toBe(true);
    connections.beat(4_999);
    expect(reasons).toEqual([]);
    connections.beat(5_000);
    expect(reasons).toEqual(['expired']);
  });

  it.each([
    ['another person', 'u2 student s1', 'otherViewer'],
    ['another role', 'u1 admin s1', 'otherViewer'],
    ['another session', 'u1 student s2', 'otherViewer'],
    ['nobody', 'bad', 'invalidToken'],
  ])('of %s closes the socket', async (_name, token, reason) => {
    const { admitted, connections } = await world();
    const { connection, reasons } = await admitted('u1 student s1');
    expect(await connections.refresh(connection, token)).toBe(false);
    expect(reasons).toEqual([reason]);
  });

  it('is of no use to an anonymous socket', async () => {
    const { admitted, connections } = await world();
    const { connection, reasons } = await admitted(undefined);
    expect(await connections.refresh(connection, 'u1 student s1')).toBe(false);
    expect(reasons).toEqual(['otherViewer']);
  });
});

describe('limits of sockets', () => {
  it('count by person, or by address where nobody is signed in', async () => {
    const { admitted, connections } = await world({ maxSockets: 100, maxSocketsPerViewer: 2 });
    const first = await admitted('u1 student s1');
    await admitted('u1 student s2');
    const third = await admitted('u1 student s3');
    expect(third.reasons).toEqual(['tooMany']);
    const anonymous = [];
    for (const address of ['a', 'a', 'a', 'b']) {
      anonymous.push((await admitted(undefined, address)).isAdmitted);
    }
    expect(anonymous).toEqual([true, true, false, true]);
    connections.release(third.connection);
    expect((await admitted('u1 student s1')).isAdmitted).toBe(false);
    connections.release(first.connection);
    expect((await admitted('u1 student s1')).isAdmitted).toBe(true);
  });

  it('count all together', async () => {
    const { admitted } = await world({ maxSockets: 2, maxSocketsPerViewer: 100 });
    const outcomes = [];
    for (const user of ['u1', 'u2', 'u3']) {
      outcomes.push((await admitted(`${user} student ${user}`)).isAdmitted);
    }
    expect(outcomes).toEqual([true, true, false]);
  });
});
