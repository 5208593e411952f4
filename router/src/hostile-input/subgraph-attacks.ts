import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

const ok = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const answer = '{"data":{"hostile":"fine"}}';
const whole = (body: string | Buffer, ...headers: string[]) =>
  Buffer.concat([
    Buffer.from(
      `${ok}${headers.map((line) => `${line}\r\n`).join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n`,
    ),
    Buffer.from(body),
  ]);
const megabyte = 'x'.repeat(1024 * 1024);

/** What a subgraph may do to the router, by name: it gets the connection on which a request has come in. */
export const subgraphAttacks: Readonly<Record<string, (socket: Socket) => void>> = {
  'answers what is no HTTP': (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  'answers nothing and closes': (socket) => socket.end(),
  'cuts the line at once': (socket) => socket.resetAndDestroy(),
  'answers HTML': (socket) => socket.end(whole('<html>Bad gateway</html>')),
  'answers half of its JSON': (socket) => socket.end(whole(answer.slice(0, 15))),
  'drops the line half way': (socket) =>
    socket.write(whole(answer).subarray(0, -9), () => socket.resetAndDestroy()),
  'ends the line half way': (socket) => socket.end(whole(answer).subarray(0, -9)),
  'says more than it announced': (socket) =>
    socket.end(Buffer.concat([whole(answer), whole('{}')])),
  'says its length twice': (socket) => socket.end(whole(answer, 'content-length: 5')),
  'says a length and chunks': (socket) => socket.end(whole(answer, 'transfer-encoding: chunked')),
  'says a length that is none': (socket) => socket.end(`${ok}content-length: -1\r\n\r\n${answer}`),
  hangs: () => undefined,
  'hangs after its head': (socket) => socket.write(`${ok}content-length: 100\r\n\r\n`),
  'sends a byte now and then': (socket) => {
    socket.write(ok);
    const timer = setInterval(() => socket.write('x'), 50);
    socket.on('close', () => clearInterval(timer));
  },
  'announces 200 MB': (socket) => socket.write(`${ok}content-length: 209715200\r\n\r\n{`),
  'sends 200 MB in chunks': (socket) => {
    socket.write(`${ok}transfer-encoding: chunked\r\n\r\n`);
    const chunk = `100000\r\n${megabyte}\r\n`;
    let left = 200;
    const more = () => {
      while (left-- > 0) if (!socket.write(chunk)) return void socket.once('drain', more);
      socket.end('0\r\n\r\n');
    };
    more();
  },
  'sends a head without an end': (socket) => {
    socket.write(ok);
    for (let index = 0; index < 2_000; index++) socket.write(`x-${index}: ${'y'.repeat(100)}\r\n`);
  },
  'sends chunks of a wrong form': (socket) =>
    socket.end(`${ok}transfer-encoding: chunked\r\n\r\nzz\r\n${answer}\r\n0\r\n\r\n`),
  'compresses unasked': (socket) =>
    socket.end(whole(gzipSync(Buffer.alloc(50_000_000)), 'content-encoding: gzip')),
  'redirects to somebody else': (socket) =>
    socket.end('HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
  'answers a list': (socket) => socket.end(whole('[1,2]')),
  'answers data that is a number': (socket) => socket.end(whole('{"data":7}')),
  'nests its JSON 100,000 times': (socket) =>
    socket.end(whole(`{"data":{"hostile":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`)),
  'answers an object for a string': (socket) =>
    socket.end(whole('{"data":{"hostile":{"__proto__":{"polluted":true}}}}')),
  'lists 100,000 errors': (socket) =>
    socket.end(
      whole(`{"data":null,"errors":[${'{"message":"no"},'.repeat(99_999)}{"message":"no"}]}`),
    ),
  'has a message of 4 MB': (socket) =>
    socket.end(whole(JSON.stringify({ data: null, errors: [{ message: megabyte.repeat(4) }] }))),
};

export interface HostileSubgraph {
  readonly url: string;
  /** How it treats the requests that come from now on. */
  behave(attack: (socket: Socket) => void): void;
  close(): Promise<void>;
}

export async function startHostileSubgraph(): Promise<HostileSubgraph> {
  let attack: (socket: Socket) => void = (socket) => socket.end(whole(answer));
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The router hangs up on some of this.
    socket.on('error', () => undefined);
    socket.on('data', () => attack(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    behave: (next) => (attack = next),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
