import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Closable } from '@pcc/platform';

export interface SlowProxy extends Closable {
  readonly port: number;
  /** Every piece of data arrives this much later, in either direction. */
  delayMs: number;
}

/** Passes TCP connections on to a port of the loopback, late. */
export async function startSlowProxy(target: number): Promise<SlowProxy> {
  const sockets = new Set<Socket>();
  const proxy = { port: 0, delayMs: 0 };
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    // One after the other, so that a shorter delay cannot overtake a longer one.
    let last = Promise.resolve();
    from.on('data', (data) => {
      const due = new Promise<void>((resolve) => setTimeout(resolve, proxy.delayMs));
      last = last.then(() => due).then(() => void (to.writable && to.write(data)));
    });
  };
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    pass(client, upstream);
    pass(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return Object.assign(proxy, {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}
