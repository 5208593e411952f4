import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { ClientError } from './errors.js';
import type { GraphqlClient } from './graphql-client.js';
import type { Operation } from './operation.js';
import { socketUrl } from './url.js';

/** An event, with the time it came in (`performance.now()`). */
export interface Received<Data> {
  readonly data: Data;
  readonly atMs: number;
}

export interface Subscription<Data> {
  /** Everything that has come so far. */
  readonly received: readonly Received<Data>[];
  /**
   * The first event that `accepts`, among those that came already and those to come.
   * @throws ClientError when it did not come in time, or the subscription broke
   */
  first(what: string, timeoutMs: number, accepts: (data: Data) => boolean): Promise<Received<Data>>;
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;

/** Opens a subscription on a socket of its own, and resolves once the socket is accepted. */
export async function openSubscription<Data, Variables extends Record<string, unknown>>(
  client: GraphqlClient,
  operation: Operation<Data, Variables>,
  variables: Variables,
): Promise<Subscription<Data>> {
  const token = await client.token();
  const socket = createClient({
    url: socketUrl(client.url),
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    connectionAckWaitTimeout: connectTimeoutMs,
    connectionParams: token === undefined ? {} : { authorization: `Bearer ${token}` },
    // Told through the subscription and `connected`; the default writes to the console.
    onNonLazyError: () => undefined,
  });
  const events = eventLog<Data>(operation.name);
  await connected(socket);
  socket.subscribe<Data>(
    { query: operation.text, operationName: operation.name, variables },
    {
      next: ({ data, errors }) => {
        if (errors !== undefined) events.fail(errors.map(({ message }) => message).join('; '));
        else if (data != null) events.add(data);
      },
      error: (error) => events.fail(reasonOf(error)),
      complete: () => events.fail('the platform ended it'),
    },
  );
  return { received: events.received, first: events.first, close: async () => socket.dispose() };
}

function connected(socket: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('connected', () => resolve());
    const failed = (reason: unknown) =>
      reject(new ClientError(`The WebSocket was refused: ${reasonOf(reason)}`));
    socket.on('error', failed);
    socket.on('closed', failed);
  });
}

function eventLog<Data>(name: string) {
  const received: Received<Data>[] = [];
  const listeners = new Set<() => void>();
  let failure: string | undefined;
  const tell = () => listeners.forEach((listener) => listener());
  return {
    received,
    add(data: Data) {
      received.push({ data, atMs: performance.now() });
      tell();
    },
    fail(reason: string) {
      failure ??= reason;
      tell();
    },
    first: (what: string, timeoutMs: number, accepts: (data: Data) => boolean) =>
      new Promise<Received<Data>>((resolve, reject) => {
        const settle = (finish: () => void) => {
          clearTimeout(timer);
          listeners.delete(look);
          finish();
        };
        const look = () => {
          const found = received.find(({ data }) => accepts(data));
          if (found !== undefined) settle(() => resolve(found));
          else if (failure !== undefined) {
            settle(() => reject(new ClientError(`${name} broke: ${failure}`)));
          }
        };
        const late = () =>
          settle(() =>
            reject(
              new ClientError(
                `${what} did not come within ${timeoutMs / 1000} s (${received.length} other events did)`,
              ),
            ),
          );
        const timer = setTimeout(late, timeoutMs);
        listeners.add(look);
        look();
      }),
  };
}

/** graphql-ws gives errors, close events and lists of GraphQL errors alike. */
function reasonOf(reason: unknown): string {
  if (Array.isArray(reason)) return reason.map(reasonOf).join('; ');
  if (typeof reason !== 'object' || reason === null) return String(reason);
  const { message, reason: why, code } = reason as Record<string, unknown>;
  const text = [message, why].find((part) => typeof part === 'string' && part !== '');
  return typeof text === 'string' ? text : `closed (${String(code)})`;
}
