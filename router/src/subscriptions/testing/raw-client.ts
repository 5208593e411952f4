import { once } from 'node:events';
import { waitFor } from '@pcc/testkit';
import { WebSocket } from 'ws';

/** A socket that says exactly what a test wants, and remembers all that it hears. */
export interface RawClient {
  readonly socket: WebSocket;
  readonly messages: Record<string, unknown>[];
  /** Set when it is closed. */
  readonly closed: { readonly code: number; readonly reason: string } | undefined;
  send(message: unknown): void;
  /** Waits for a message. */
  heard(wanted: Record<string, unknown>): Promise<Record<string, unknown>>;
  subscribe(id: string, query: string, variables?: Record<string, unknown>): void;
  end(): void;
}

/** Opens a socket, without saying anything yet. */
export async function openRawClient(
  url: string,
  protocol = 'graphql-transport-ws',
): Promise<RawClient> {
  const socket = new WebSocket(url, protocol);
  const messages: Record<string, unknown>[] = [];
  let closed: RawClient['closed'];
  socket.on('message', (data: Buffer) =>
    messages.push(JSON.parse(data.toString()) as Record<string, unknown>),
  );
  socket.on('close', (code, reason) => (closed = { code, reason: reason.toString() }));
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  return {
    socket,
    messages,
    get closed() {
      return closed;
    },
    send,
    heard: (wanted) =>
      waitFor(() => messages.find((message) => isPart(wanted, message)), {
        what: `${JSON.stringify(wanted)} among ${JSON.stringify(messages.slice(-5))}, closed: ${JSON.stringify(closed)}`,
      }),
    subscribe: (id, query, variables) =>
      send({ id, type: 'subscribe', payload: { query, variables } }),
    end: () => socket.terminate(),
  };
}

const isPart = (wanted: Record<string, unknown>, message: Record<string, unknown>) =>
  Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(message[name]) === JSON.stringify(value),
  );

/** Opens a socket and waits until the router has taken it. */
export async function openAcknowledged(url: string, authorization?: string): Promise<RawClient> {
  const client = await openRawClient(url);
  client.send({
    type: 'connection_init',
    ...(authorization === undefined ? {} : { payload: { authorization } }),
  });
  await client.heard({ type: 'connection_ack' });
  return client;
}
