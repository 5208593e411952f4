import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Document } from '../bson/types.js';
import { CommandError, errorReply } from '../errors.js';
import type { Logger } from '../logger.js';
import { helloNames, helloReply } from './hello.js';
import { encodeReply, messageSplitter, parseMessage } from './message.js';

export interface Listener {
  port: number;
  /** Stops listening, lets running commands finish, then closes the connections. */
  close(): Promise<void>;
}

interface ListenOptions {
  host: string;
  port: number;
  replicaSet: string;
  logger: Logger;
  handle: (command: Document) => Promise<Document>;
}

/** Listens for drivers. The commands of one connection are answered one after the other. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, port, logger } = options;
  const connections = new Map<Socket, () => Promise<void>>();
  let nextConnection = 1;
  const server = createServer((socket) => {
    const address = `${host}:${boundPort(server.address())}`;
    const busy = serve(socket, address, nextConnection++, options);
    connections.set(socket, busy);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', (error) => {
      logger.info({ err: error }, 'a Mongo connection broke');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: boundPort(server.address()),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...connections.values()].map((busy) => busy()));
      for (const socket of connections.keys()) socket.destroy();
      await closed;
    },
  };
}

function boundPort(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  return typeof address === 'object' && address ? address.port : 0;
}

/** Serves one connection; answers a function that waits for what is running. */
function serve(
  socket: Socket,
  address: string,
  connectionId: number,
  { replicaSet, logger, handle }: ListenOptions,
): () => Promise<void> {
  socket.setNoDelay(true);
  const split = messageSplitter();
  let running = Promise.resolve();

  const answer = async (bytes: Buffer): Promise<void> => {
    const message = parseMessage(bytes);
    const { command } = message;
    const [name = ''] = Object.keys(command);
    let reply: Document;
    if (helloNames.has(name))
      reply = helloReply(address, replicaSet, connectionId, name !== 'hello');
    else if (message.kind === 'query')
      reply = errorReply(new CommandError('CommandNotFound', `OP_QUERY is not supported: ${name}`));
    else reply = await handle(command);
    if (message.wantsReply && socket.writable) socket.write(encodeReply(reply, message));
  };

  const fail = (error: unknown): void => {
    logger.warn({ err: error }, 'a Mongo connection was closed after a malformed message');
    socket.destroy();
  };

  socket.on('data', (chunk) => {
    try {
      for (const bytes of split(chunk)) running = running.then(() => answer(bytes)).catch(fail);
    } catch (error) {
      fail(error);
    }
  });
  return () => running;
}
