import { createServer, type Socket } from 'node:net';
import type { Closable } from '@pcc/platform';
import {
  cancelRequest,
  errorResponse,
  type FrontendMessage,
  gssRequest,
  messageReader,
  passwordRequest,
  readCString,
  simpleQuery,
  sslRequest,
  type StartupMessage,
  welcome,
} from './protocol.js';
import { type Engine, type SessionUser, sharedSession } from './session.js';
import { isCopyFromStdin, statementNames } from './statements.js';

export interface GatewayOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Loopback is open to every user of the machine, so clients must know this. */
  readonly password: string;
  /** Server parameters announced at login, `server_version` among them. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly idleInTransactionMs: number;
  onEngineFailure(error: unknown): void;
}

export interface Gateway extends Closable {
  readonly port: number;
}

type Session = ReturnType<typeof sharedSession>;

/**
 * Serves PostgreSQL's wire protocol over one embedded session. Every client may believe that it has a
 * session of its own, within the limits that README.md lists (roles, session settings, LISTEN, COPY).
 */
export async function startGateway(engine: Engine, options: GatewayOptions): Promise<Gateway> {
  const session = sharedSession(engine, options);
  const sockets = new Set<Socket>();
  const departures = new Set<Promise<void>>();
  let connections = 0;

  const server = createServer((socket) => {
    sockets.add(socket);
    const client = serveClient(socket, ++connections, session, options);
    // Registered now: when the server says that it is closed, sockets have yet to say so.
    const departure = new Promise<void>((resolve) => socket.once('close', resolve)).then(() => {
      sockets.delete(socket);
      return client.leave();
    });
    departures.add(departure);
    void departure.finally(() => departures.delete(departure));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');

  return {
    port: address.port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
      await Promise.all(departures);
    },
  };
}

function serveClient(socket: Socket, id: number, session: Session, options: GatewayOptions) {
  const reader = messageReader();
  const names = statementNames(id);
  const unit = unitBuilder(names, (messages, unfinished) =>
    user.submit({ messages, unfinished, onData: (chunk) => void write(Buffer.from(chunk)) }),
  );
  let loggedIn = false;
  const write = (bytes: Buffer) => socket.writable && socket.write(bytes);
  const refuse = (sqlState: string, text: string) => {
    if (socket.writable) socket.end(errorResponse('FATAL', sqlState, text));
  };
  const user: SessionUser = session.join(() => {
    refuse('25P03', `transaction idle for ${options.idleInTransactionMs} ms: ${idleHint}`);
    socket.destroySoon();
  });

  const onStartup = ({ code }: StartupMessage) => {
    if (code === sslRequest || code === gssRequest) write(Buffer.from('N'));
    else if (code === cancelRequest) socket.end();
    else if (code >> 16 !== 3) refuse('0A000', `protocol ${code >> 16} is not supported`);
    else {
      reader.startupDone();
      write(passwordRequest);
    }
  };
  const onPassword = ({ type, bytes }: FrontendMessage) => {
    if (type === 'p' && readCString(bytes, 5).text === options.password) {
      loggedIn = true;
      write(welcome(options.parameters, id));
    } else refuse('28P01', 'password authentication failed');
  };
  const read = (chunk: Buffer) => {
    reader.push(chunk);
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      if (next.kind === 'startup') onStartup(next);
      else if (!loggedIn) onPassword(next);
      else if (next.type === 'X') socket.end();
      else unit.add(next);
    }
  };

  socket.setNoDelay(true);
  socket.on('error', () => undefined); // 'close' follows, and does the work
  socket.on('data', (chunk) => {
    try {
      read(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk));
    } catch {
      refuse('08P01', 'malformed message');
      socket.destroySoon();
    }
  });
  return { leave: () => user.leave(names.closeAll()) };
}

const idleHint =
  'the embedded Postgres has one session, and everyone waits for an open transaction. ' +
  'Do not wait for the network or for another connection inside a transaction.';

/** Messages that end a unit: Sync, Query, FunctionCall; and Flush, after which the client waits for answers. */
const unitEnds = new Set(['S', 'Q', 'F', 'H']);

/** Collects a client's messages into units, and replaces a unit that would harm others by an error. */
function unitBuilder(
  names: ReturnType<typeof statementNames>,
  submit: (messages: Buffer, unfinished: boolean) => Promise<void>,
) {
  let messages: Buffer[] = [];
  let parsedUnnamed = false;
  let refusal: string | undefined;

  return {
    add({ type, bytes }: FrontendMessage): void {
      if (type === 'P' && bytes[5] === 0) parsedUnnamed = true;
      if (names.usesUnnamed(type, bytes) && !parsedUnnamed) refusal = unnamedRefusal;
      if (isCopyFromStdin(type, bytes)) refusal = copyRefusal;
      messages.push(names.rename(type, bytes));
      if (!unitEnds.has(type)) return;
      const unfinished = type === 'H';
      if (refusal === undefined) void submit(Buffer.concat(messages), unfinished);
      // Raised by the engine itself, so that an open transaction fails as it would on a server.
      else if (!unfinished) void submit(raise(refusal), false);
      messages = [];
      if (!unfinished) {
        parsedUnnamed = false;
        refusal = undefined;
      }
    },
  };
}

const unnamedRefusal =
  'the unnamed statement must be parsed and bound before one Sync: the embedded Postgres shares it';
const copyRefusal = 'COPY FROM STDIN is not supported by the embedded Postgres; use INSERT';

const raise = (text: string): Buffer =>
  simpleQuery(
    `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = '${text}'; END $$`,
  );
