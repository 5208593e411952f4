import { AppError, errorMessage, type Logger } from '@pcc/platform';
import type { SessionStore } from '@pcc/stores';
import { CloseCode, type Context } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import type { WebSocket } from 'ws';
import type { IdentityService } from '../identity/identity.js';

/** What is known of an acknowledged socket. */
export interface Connection {
  /** Checked again for every operation: a session may have ended. */
  readonly authorization: string | undefined;
  readonly sessionId: string | null;
  readonly expiry: NodeJS.Timeout | undefined;
}

export type SocketContext = Context<Record<string, unknown>, Extra & { connection?: Connection }>;

/** Why a socket is closed. A client that gets 1013 or 4403 should connect again, the latter with a new token. */
export const closeReasons = {
  slowConsumer: [1013, 'Too slow: connect again with your position'],
  unavailable: [1013, 'Try again later'],
  invalidToken: [CloseCode.Unauthorized, 'The access token is not valid'],
  expired: [CloseCode.Forbidden, 'The access token has expired'],
  revoked: [CloseCode.Forbidden, 'The session has ended'],
} as const;

export function close(socket: WebSocket, reason: keyof typeof closeReasons): void {
  const [code, text] = closeReasons[reason];
  socket.close(code, text);
}

const longestTimerMs = 2 ** 31 - 1;

/** The sockets that are open, and whose they are. */
export interface Connections {
  /** Checks who opens a socket. @returns whether it may stay; if not, it is closed already */
  admit(context: SocketContext): Promise<boolean>;
  release(context: SocketContext): void;
  /** Stops listening for revoked sessions. */
  close(): Promise<void>;
}

export async function trackConnections(
  identities: IdentityService,
  sessions: SessionStore,
  logger: Logger,
): Promise<Connections> {
  const bySession = new Map<string, Set<WebSocket>>();
  const stopListening = await sessions.onRevoked((sessionId) => {
    for (const socket of bySession.get(sessionId) ?? []) close(socket, 'revoked');
  });
  return {
    async admit({ connectionParams, extra }) {
      const { socket, request } = extra;
      const given =
        connectionParams?.['Authorization'] ??
        connectionParams?.['authorization'] ??
        request.headers.authorization;
      const authorization = typeof given === 'string' ? given : undefined;
      try {
        const { viewer, expiresAt } = await identities.authenticate(authorization);
        const sessionId = viewer?.sessionId ?? null;
        extra.connection = { authorization, sessionId, expiry: closeAt(socket, expiresAt) };
        if (sessionId !== null) {
          bySession.set(sessionId, (bySession.get(sessionId) ?? new Set()).add(socket));
        }
        return true;
      } catch (error) {
        const isRefusal = error instanceof AppError && error.code === 'UNAUTHENTICATED';
        if (!isRefusal) logger.warn({ reason: errorMessage(error) }, 'a socket cannot be checked');
        close(socket, isRefusal ? 'invalidToken' : 'unavailable');
        return false;
      }
    },
    release({ extra: { connection, socket } }) {
      clearTimeout(connection?.expiry);
      if (connection?.sessionId == null) return;
      const others = bySession.get(connection.sessionId);
      others?.delete(socket);
      if (others?.size === 0) bySession.delete(connection.sessionId);
    },
    close: stopListening,
  };
}

function closeAt(socket: WebSocket, time: number | null): NodeJS.Timeout | undefined {
  if (time === null) return undefined;
  const wait = Math.min(Math.max(time - Date.now(), 0), longestTimerMs);
  return setTimeout(() => close(socket, 'expired'), wait);
}
