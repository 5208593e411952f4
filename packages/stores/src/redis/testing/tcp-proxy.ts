import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Closable } from '@pcc/platform';

/** A way to a server that can be made long, or lead nowhere. */
export interface TcpProxy extends Closable {
  /** The server's URL, by this way. */
  readonly url: string;
  /** How often a connection was asked for. */
  connections(): number;
  /** What is sent from now on takes so long, each way. */
  delay(ms: number): void;
  /** Open connections stay open and carry nothing, as when a cable is pulled out. */
  swallow(isOn: boolean): void;
  /** Connections are taken and closed at once. */
  refuse(isOn: boolean): void;
}

export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let [asked, delayMs, isSwallowing, isRefusing] = [0, 0, false, false];
  const carry = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('data', (chunk) => {
      if (isSwallowing) return;
      // Timers of one length fire in order.
      setTimeout(() => to.writable && to.write(chunk), delayMs);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      if (!isSwallowing) to.destroy();
    });
  };
  const server = createServer((client) => {
    asked++;
    if (isRefusing) return void client.destroy();
    const upstream = connect(Number(port), hostname);
    carry(client, upstream);
    carry(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  const url = new URL(target);
  url.port = String(address.port);
  return {
    url: url.href,
    connections: () => asked,
    delay: (ms) => void (delayMs = ms),
    swallow: (isOn) => void (isSwallowing = isOn),
    refuse(isOn) {
      isRefusing = isOn;
      if (isOn) for (const socket of sockets) socket.destroy();
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
