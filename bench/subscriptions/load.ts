import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { startProcess, type MeasuredProcess } from '../lib/child.js';
import { add, nothingHeard, percentileOf, type Heard } from './histogram.js';
import { now, roomOf, type Subgraphs } from './messages.js';

export interface Load {
  readonly sockets: number;
  /** Sockets share them evenly; as many rooms as sockets, and nobody shares anything. */
  readonly rooms: number;
  readonly subgraphs: Subgraphs;
}

export interface Measured {
  readonly deliveriesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly cpuMsPerDelivery: number;
}

/** A server with all its sockets open, listening and warm. */
export interface Loaded {
  /** Of the server's memory after a garbage collection, all that came with the sockets. */
  readonly bytesPerSocket: number;
  /** Sends messages, so that so many deliveries come of them every second. */
  measure(deliveriesPerSecond: number, seconds: number): Promise<Measured>;
  close(): Promise<void>;
}

const clientProcesses = 2;
const tickMs = 5;
/** For as long as nothing more arrives, what has not come is still waited for. */
const patienceMs = 3_000;

export async function openSockets(
  server: MeasuredProcess,
  { sockets, rooms, subgraphs }: Load,
): Promise<Loaded> {
  const stack = closeStack(silentLogger);
  const before = await residentBytes(server);
  const clients = await startClients(stack, server.firstLine, sockets, rooms, subgraphs);
  const seqs = new Uint32Array(rooms);
  let nextRoom = 0;
  const sendOne = () => {
    const room = nextRoom++ % rooms;
    const seq = (seqs[room] = (seqs[room] ?? 0) + 1);
    server.tell(`${roomOf(room)} ${seq} ${now()}`);
  };
  const perMessage = sockets / rooms;
  const hear = async (expected: number): Promise<Heard> => {
    let heard = nothingHeard();
    for (let lastNews = now(); heard.received < expected && now() - lastNews < patienceMs;) {
      await sleep(100);
      const news = await listenTo(clients);
      if (news.received > 0) lastNews = now();
      heard = add(heard, news);
    }
    return heard;
  };
  const send = async (messages: number, perSecond: number) => {
    const begun = now();
    for (let sent = 0; sent < messages; await sleep(tickMs)) {
      const due = Math.min(messages, ((now() - begun) / 1_000) * perSecond);
      for (; sent < due; sent++) sendOne();
    }
    return (now() - begun) / 1_000;
  };
  // Until every room has been heard by everybody in it: the code is warm then, too.
  for (let heard = 0; heard < sockets;) {
    await send(rooms, 1_000 / perMessage);
    ({ received: heard } = await hear(sockets));
  }
  const bytesPerSocket = ((await residentBytes(server)) - before) / sockets;
  const measure: Loaded['measure'] = async (deliveriesPerSecond, seconds) => {
    const perSecond = deliveriesPerSecond / perMessage;
    const messages = Math.round(perSecond * seconds);
    const cpuBefore = await server.cpuMs();
    const hearing = hear(messages * perMessage);
    const begun = now();
    await send(messages, perSecond);
    const heard = await hearing;
    const took = (now() - begun) / 1_000;
    const cpuMs = (await server.cpuMs()) - cpuBefore;
    return {
      deliveriesPerSecond: heard.received / took,
      p50Ms: percentileOf(heard, 0.5),
      p99Ms: percentileOf(heard, 0.99),
      lost: messages * perMessage - heard.received,
      duplicated: heard.duplicated + heard.outOfOrder,
      cpuMsPerDelivery: cpuMs / heard.received,
    };
  };
  // Collecting all garbage has also thrown away compiled code.
  await measure(1_000, 3);
  return {
    bytesPerSocket,
    measure,
    close: () => stack.close(),
  };
}

async function startClients(
  stack: CloseStack,
  url: string,
  sockets: number,
  rooms: number,
  subgraphs: Subgraphs,
): Promise<MeasuredProcess[]> {
  const script = fileURLToPath(new URL('./clients.js', import.meta.url));
  const each = Math.ceil(sockets / clientProcesses);
  return Promise.all(
    Array.from({ length: clientProcesses }, async (_, index) => {
      const first = index * each;
      const count = Math.min(each, sockets - first);
      const args = [url, String(first), String(count), String(rooms), subgraphs];
      return stack.use('clients', await startProcess(script, args));
    }),
  );
}

async function listenTo(clients: readonly MeasuredProcess[]): Promise<Heard> {
  for (const client of clients) client.tell('tell');
  const lines = await Promise.all(clients.map((client) => client.nextLine()));
  const heard = lines.map((line) => JSON.parse(line) as Heard).reduce(add, nothingHeard());
  if (heard.closed > 0) throw new Error(`${heard.closed} sockets were closed`);
  return heard;
}

async function residentBytes(server: MeasuredProcess): Promise<number> {
  // The first leaves for the second what it found in use by finalizers.
  for (let time = 0; time < 2; time++) {
    server.tell('gc');
    await server.nextLine();
  }
  return (await server.residentMb()) * 2 ** 20;
}
