import type { IncomingMessage } from 'node:http';
import { errorMessage, headerOf, type Logger } from '@pcc/platform';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { newCancellation, type Canceller } from '../cancellation.js';
import { forwardedHeaders, type ForwardedHeaders } from '../http/forwarded-headers.js';
import { clientAddress } from '../http/rate-limit.js';
import { clientSocket, type ClientSocket, type ClientSocketOptions } from './client-socket.js';
import type { Connection, Connections } from './connections.js';
import { runOperation, type OperationDeps } from './operation.js';
import {
  acknowledgement,
  errorMessageOf,
  parseClientMessage,
  pongMessage,
  type ClientMessage,
} from './protocol.js';

export interface SocketDeps extends ClientSocketOptions {
  readonly connections: Connections;
  readonly operations: OperationDeps;
  readonly maxOperationsPerSocket: number;
  readonly forwardHeaders: readonly string[];
  readonly trustProxy: boolean;
  readonly logger: Logger;
}

/** What the server has to do with a socket. */
export type ServedSocket = Pick<ClientSocket, 'beat' | 'close'>;

/** How long a client may take to say who it is. */
const initialisationMs = 10_000;

/** Speaks the protocol with one client. */
export function serveSocket(
  deps: SocketDeps,
  webSocket: WebSocket,
  request: IncomingMessage,
): ServedSocket {
  const { connections, logger } = deps;
  const socket = clientSocket(webSocket, deps);
  const connection = connectionOf(deps, socket, request);
  const running = new Map<string, Canceller>();
  const initialiseBefore = Date.now() + initialisationMs;
  let isInitialised = false;
  let isAcknowledged = false;

  const initialise = async ({ payload }: Of<'connection_init'>) => {
    if (isInitialised) return socket.close('initialisedTwice');
    isInitialised = true;
    isAcknowledged = await connections.admit(connection, payload);
    if (isAcknowledged) await socket.send(acknowledgement);
  };
  const pong = async ({ payload }: Of<'ping'>) => {
    const authorization = payload?.['authorization'];
    if (!isAcknowledged || typeof authorization !== 'string') {
      await socket.send(pongMessage(payload));
    } else if (await connections.refresh(connection, authorization)) {
      const expiresAt = connection.admitted?.identity.expiresAt;
      await socket.send(pongMessage({ expiresAt: new Date(expiresAt ?? 0).toISOString() }));
    }
  };
  const start = async ({ id, payload }: Of<'subscribe'>) => {
    if (!isAcknowledged) return socket.close('notInitialised');
    if (running.has(id)) return socket.close('sameId');
    if (running.size >= deps.maxOperationsPerSocket) {
      await socket.send(errorMessageOf(id, [tooManyOperations]));
      return;
    }
    const stopped = newCancellation();
    running.set(id, stopped);
    await runOperation(deps.operations, { id, payload, connection, stopped });
    if (running.get(id) === stopped) running.delete(id);
  };
  const stop = (id: string) => {
    running.get(id)?.cancel();
    running.delete(id);
  };
  const handle = async (message: ClientMessage | undefined) => {
    if (message === undefined) return socket.close('badRequest');
    if (message.type === 'connection_init') return initialise(message);
    if (message.type === 'ping') return pong(message);
    if (message.type === 'subscribe') return start(message);
    if (message.type === 'complete') stop(message.id);
  };

  if (webSocket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) socket.close('wrongProtocol');
  webSocket.on('message', (data) => {
    if (!socket.isOpen) return;
    // `ws` hands over buffers, unless it is told otherwise.
    handle(Buffer.isBuffer(data) ? parseClientMessage(data.toString()) : undefined).catch(
      (error: unknown) => {
        logger.error({ err: error }, `a socket failed: ${errorMessage(error)}`);
        socket.close('defect');
      },
    );
  });
  webSocket.on('error', (error) => logger.debug({ err: error }, 'a socket broke'));
  webSocket.on('close', () => {
    for (const id of [...running.keys()]) stop(id);
    connections.release(connection);
  });
  return {
    close: (reason) => socket.close(reason),
    beat(now) {
      if (!isInitialised && now > initialiseBefore) socket.close('initialisationTimeout');
      socket.beat(now);
    },
  };
}

type Of<Type extends ClientMessage['type']> = Extract<ClientMessage, { readonly type: Type }>;

const tooManyOperations = {
  message: 'Too many operations are open on this connection.',
  extensions: { code: 'RATE_LIMITED' },
};

/** Nothing else of the opening request is kept as long as its socket. */
function connectionOf(
  deps: SocketDeps,
  socket: ClientSocket,
  request: IncomingMessage,
): Connection {
  let forwarded: ForwardedHeaders = { headers: {}, text: '' };
  try {
    forwarded = forwardedHeaders(request, deps.forwardHeaders);
  } catch {
    socket.close('badHeaders');
  }
  return {
    socket,
    address: clientAddress(request, deps.trustProxy),
    forwarded,
    requestAuthorization: headerOf(request, 'authorization'),
    admitted: undefined,
  };
}
