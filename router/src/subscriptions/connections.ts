import { AppError, errorMessage, type Closable, type Logger } from '@pcc/platform';
import type { PubSub, SessionStore } from '@pcc/stores';
import { areSame } from '../authorization/rights.js';
import type { JsonObject } from '../execution/json.js';
import type { ForwardedHeaders } from '../http/forwarded-headers.js';
import type { RateLimit } from '../http/rate-limit.js';
import { anonymous, type Identity, type IdentityService } from '../identity/identity.js';
import type { ClientSocket } from './client-socket.js';
import { quota } from './quota.js';

/** An open socket, and what is known of who opened it. */
export interface Connection {
  readonly socket: ClientSocket;
  readonly address: string;
  readonly forwarded: ForwardedHeaders;
  /** Of the opening request. */
  readonly requestAuthorization: string | undefined;
  /** `undefined` until the client was admitted. */
  admitted: Admitted | undefined;
}

export interface Admitted {
  /** Checked again for every operation: a session may have ended. */
  authorization: string | undefined;
  identity: Identity;
  /** Whose limits count: a person's, or an address's where nobody is signed in. */
  readonly owner: string;
}

export interface Connections extends Closable {
  /** Checks who opens a socket. @returns whether it may stay; if not, it is closed already */
  admit(connection: Connection, parameters: JsonObject | undefined): Promise<boolean>;
  /** Takes a newer token of the same session. @returns whether it was good; if not, the socket is closed */
  refresh(connection: Connection, authorization: string): Promise<boolean>;
  release(connection: Connection): void;
  /** Called every second, with the time. */
  beat(now: number): void;
}

export interface ConnectionsDeps {
  readonly identities: IdentityService;
  readonly sessions: SessionStore;
  readonly pubSub: PubSub;
  readonly rateLimit: RateLimit;
  readonly maxSockets: number;
  readonly maxSocketsPerViewer: number;
  readonly logger: Logger;
}

/** Asked at once, when all are checked. */
const checksAtOnce = 100;

/** Knows whose the open sockets are, and closes those whose token or session has ended. */
export async function trackConnections(deps: ConnectionsDeps): Promise<Connections> {
  const { identities, sessions, pubSub, logger } = deps;
  const bySession = new Map<string, Set<Connection>>();
  const room = quota(deps.maxSocketsPerViewer, deps.maxSockets);
  let isCheckDue = false;
  let isClosed = false;

  const closeSession = (sessionId: string) => {
    for (const { socket } of bySession.get(sessionId) ?? []) socket.close('revoked');
  };
  /** Revocations may have passed unheard: asks for every session once more, and again if that fails. */
  const checkAll = async () => {
    isCheckDue = false;
    const ids = [...bySession.keys()];
    while (ids.length > 0 && !isClosed) {
      const batch = ids.splice(0, checksAtOnce);
      try {
        const live = await Promise.all(batch.map((id) => sessions.isLive(id)));
        for (const [index, id] of batch.entries()) if (live[index] === false) closeSession(id);
      } catch (error) {
        logger.warn({ reason: errorMessage(error) }, 'sessions of open sockets cannot be checked');
        isCheckDue = true; // by the next beat, or the next interruption
        return;
      }
    }
  };
  const remember = (connection: Connection, sessionId: string) =>
    bySession.set(sessionId, (bySession.get(sessionId) ?? new Set()).add(connection));
  const admit = async (connection: Connection, authorization: string | undefined) => {
    const identity = await identities.authenticate(authorization);
    const { viewer } = identity;
    const owner = viewer === null ? `address ${connection.address}` : `user ${viewer.id}`;
    if (!connection.socket.isOpen) return false;
    if (!room.enter(owner)) {
      connection.socket.close('tooMany');
      return false;
    }
    connection.admitted = { authorization, identity, owner };
    if (viewer === null) return true;
    remember(connection, viewer.sessionId);
    // It may have ended between the first look and now, when nobody would have closed this socket.
    if (await sessions.isLive(viewer.sessionId)) return true;
    connection.socket.close('revoked');
    return false;
  };
  const refuse = ({ socket }: Connection, error: unknown) => {
    const isRefusal = error instanceof AppError && error.code === 'UNAUTHENTICATED';
    if (!isRefusal) logger.warn({ reason: errorMessage(error) }, 'a socket cannot be checked');
    socket.close(isRefusal ? 'invalidToken' : 'unavailable');
    return false;
  };

  const stopListening = await sessions.onRevoked(closeSession);
  const stopWatching = pubSub.onInterruption(() => void checkAll());
  return {
    admit(connection, parameters) {
      const given = parameters?.['Authorization'] ?? parameters?.['authorization'];
      const authorization = typeof given === 'string' ? given : connection.requestAuthorization;
      return admit(connection, authorization).catch((error: unknown) => refuse(connection, error));
    },
    async refresh(connection, authorization) {
      const { admitted } = connection;
      try {
        await deps.rateLimit(admitted?.identity ?? anonymous, connection.address);
        const identity = await identities.authenticate(authorization);
        if (admitted === undefined || !isSame(admitted.identity, identity)) {
          connection.socket.close('otherViewer');
          return false;
        }
        Object.assign(admitted, { authorization, identity });
        return true;
      } catch (error) {
        return refuse(connection, error);
      }
    },
    release(connection) {
      const { admitted } = connection;
      if (admitted === undefined) return;
      room.leave(admitted.owner);
      const sessionId = admitted.identity.viewer?.sessionId;
      if (sessionId === undefined) return;
      const others = bySession.get(sessionId);
      others?.delete(connection);
      if (others?.size === 0) bySession.delete(sessionId);
    },
    beat(now) {
      for (const sockets of bySession.values()) {
        for (const connection of sockets) if (hasExpired(connection, now)) closeExpired(connection);
      }
      if (isCheckDue) void checkAll();
    },
    async close() {
      isClosed = true;
      stopWatching();
      await stopListening();
    },
  };
}

/** Whether the token has expired. */
export const hasExpired = ({ admitted }: Connection, now: number): boolean =>
  now >= (admitted?.identity.expiresAt ?? Infinity);

export const closeExpired = ({ socket }: Connection): void => socket.close('expired');

/** What runs on the socket was authorized for this viewer, her session and her rights, and runs under no others. */
const isSame = (before: Identity, { viewer, rights }: Identity): boolean =>
  viewer !== null &&
  viewer.id === before.viewer?.id &&
  viewer.role === before.viewer.role &&
  viewer.sessionId === before.viewer.sessionId &&
  areSame(rights, before.rights);
