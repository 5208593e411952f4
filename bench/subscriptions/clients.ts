/**
 * Thousands of clients as a process: `node clients.js URL FIRST COUNT ROOMS one|two`. Prints `ready` when all listen; for
 * each line on standard input, what they have heard since the last one.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { inParallel } from '../lib/measure.js';
import { bucketOf, nothingHeard } from './histogram.js';
import { now, queries, roomOf, type Message, type Subgraphs } from './messages.js';

const [url = '', first = '0', count = '1', rooms = '1', subgraphs = 'one'] = process.argv.slice(2);
const query = queries[subgraphs as Subgraphs];
const connectingAtOnce = 50;

let heard = nothingHeard();

interface ServerMessage {
  readonly type: string;
  readonly payload?: { readonly data?: { readonly messageAdded: Message } };
}

async function connect(index: number): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  let last = 0;
  socket.on('error', () => undefined);
  socket.on('close', () => void heard.closed++);
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.on('message', (data: Buffer) => {
    const { payload } = JSON.parse(data.toString()) as ServerMessage;
    const message = payload?.data?.messageAdded;
    if (message === undefined) throw new Error(data.toString());
    if (message.seq <= last) heard.duplicated++;
    else if (message.seq > last + 1 && last > 0) heard.outOfOrder++;
    last = message.seq;
    heard.received++;
    const bucket = bucketOf(now() - message.sentAt);
    heard.histogram[bucket] = (heard.histogram[bucket] ?? 0) + 1;
  });
  const variables = { room: roomOf(index % Number(rooms)) };
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
}

await inParallel(connectingAtOnce, Number(count), (index) => connect(Number(first) + index));
process.stdout.write('ready\n');
createInterface({ input: process.stdin }).on('line', () => {
  process.stdout.write(`${JSON.stringify(heard)}\n`);
  heard = nothingHeard();
});
