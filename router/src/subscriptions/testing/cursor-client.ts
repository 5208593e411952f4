import { WebSocket } from 'ws';

/** A client that remembers the last `seq` it has seen, and connects again with it whenever its socket closes. */
export interface CursorClient {
  readonly last: number;
  /** What was heard twice, too early or too late: empty, if all is well. */
  readonly problems: readonly string[];
  readonly connections: number;
  /** Breaks the connection without a word. */
  drop(): void;
  end(): void;
}

const longestPauseMs = 200;
const query = 'subscription ($after: Int) { noteAdded(after: $after) { seq } }';

/** @param urlOf where to connect, asked each time */
export function cursorClient(
  urlOf: () => string,
  authorization: string,
  after: number,
): CursorClient {
  const problems: string[] = [];
  let last = after;
  let connections = 0;
  let hasEnded = false;
  let socket: WebSocket;

  const onMessage = (data: Buffer) => {
    const { type, payload } = JSON.parse(data.toString()) as Message;
    if (type === 'connection_ack') {
      const subscribe = { query, variables: { after: last } };
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: subscribe }));
      return;
    }
    const seq = payload?.data?.noteAdded.seq;
    if (seq === last + 1) last = seq;
    else problems.push(`${data.toString()} after ${last}`);
  };
  const connect = () => {
    if (hasEnded) return;
    connections++;
    socket = new WebSocket(urlOf(), 'graphql-transport-ws', { perMessageDeflate: false });
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })),
    );
    socket.on('message', onMessage);
    socket.on('error', () => undefined);
    socket.on('close', () => setTimeout(connect, Math.random() * longestPauseMs));
  };
  connect();
  return {
    get last() {
      return last;
    },
    problems,
    get connections() {
      return connections;
    },
    drop: () => socket.terminate(),
    end() {
      hasEnded = true;
      socket.terminate();
    },
  };
}

interface Message {
  readonly type: string;
  readonly payload?: { readonly data?: { readonly noteAdded: { readonly seq: number } } };
}
