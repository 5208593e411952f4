import type { Server } from 'node:http';
import { Gauge, type Closable, type Logger, type Metrics } from '@pcc/platform';
import type { PubSub, SessionStore } from '@pcc/stores';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Limits } from '../config.js';
import type { RateLimit } from '../http/rate-limit.js';
import type { IdentityService } from '../identity/identity.js';
import type { Pipeline } from '../pipeline.js';
import type { SubgraphClient } from '../subgraph-http/subgraph-client.js';
import type { OperationObserver } from '../telemetry/observation.js';
import { calmWarning } from './calm-warnings.js';
import { trackConnections } from './connections.js';
import type { OperationDeps } from './operation.js';
import { quota } from './quota.js';
import { sharedStreams } from './shared-streams.js';
import { serveSocket, type ServedSocket } from './socket.js';
import { turns } from './turns.js';

export interface SocketServerDeps extends Limits {
  readonly server: Server;
  readonly pipeline: Pipeline;
  readonly client: SubgraphClient;
  readonly identities: IdentityService;
  readonly sessions: SessionStore;
  readonly pubSub: PubSub;
  readonly rateLimit: RateLimit;
  /** Names, in lower case, of the headers of the opening request that subgraphs get. */
  readonly forwardHeaders: readonly string[];
  readonly trustProxy: boolean;
  /** `undefined` when nothing watches operations. */
  readonly observer: OperationObserver | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** One timer for all sockets: a timer for each would cost more than what it does. */
const beatMs = 1_000;
/**
 * Opens, replays and events for which subgraphs are asked at once. What waits here delays subscriptions alone; in the queue
 * to a subgraph it would take the place of queries, and when that is full the subgraph would count as failing.
 */
const asksAtOnce = 200;
/** How long clients may take to say goodbye when the router stops. */
const goodbyeMs = 2_000;

/** Serves `graphql-transport-ws` on `/graphql`: subscriptions, and queries and mutations too. */
export async function startSocketServer(deps: SocketServerDeps): Promise<Closable> {
  const { logger, maxSockets } = deps;
  const connections = await trackConnections(deps);
  const operations: OperationDeps = {
    ...deps,
    streams: sharedStreams(),
    turns: turns(asksAtOnce),
    warnOfWaiting: calmWarning(logger, 'subscriptions wait for their owner'),
    room: quota(deps.maxSubscriptionsPerViewer, deps.maxSubscriptions),
  };
  const socketDeps = { ...deps, connections, operations };
  const open = new Set<ServedSocket>();
  const sockets = new WebSocketServer({
    server: deps.server,
    path: '/graphql',
    maxPayload: deps.maxBodyBytes,
    // Compressing costs more memory for each socket than all the rest of it.
    perMessageDeflate: false,
    handleProtocols,
    verifyClient: (_info, answer) =>
      open.size < maxSockets
        ? answer(true)
        : answer(false, 503, 'Too many connections', { 'retry-after': '5' }),
  });
  sockets.on('error', (error) => logger.error({ err: error }, 'WebSocket server failed'));
  sockets.on('connection', (socket, request) => {
    const served = serveSocket(socketDeps, socket, request);
    open.add(served);
    socket.on('close', () => open.delete(served));
  });
  const timer = setInterval(() => {
    const now = Date.now();
    connections.beat(now);
    for (const { beat } of open) beat(now);
  }, beatMs);
  countOpen(deps, open, operations);

  return {
    close: async () => {
      clearInterval(timer);
      await connections.close();
      for (const { close } of open) close('goingAway');
      const ending = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, goodbyeMs);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(ending);
    },
  };
}

function countOpen(
  { metrics }: SocketServerDeps,
  open: ReadonlySet<unknown>,
  { room, streams }: OperationDeps,
): void {
  const gauge = (name: string, help: string, count: () => number) =>
    new Gauge({
      name,
      help,
      registers: [metrics.registry],
      collect() {
        this.set(count());
      },
    });
  gauge('router_open_sockets', 'WebSocket connections', () => open.size);
  gauge('router_open_subscriptions', 'Subscriptions on all sockets', () => room.total);
  gauge('router_shared_streams', 'Subscriptions, identical ones counted once', () => streams.size);
}
