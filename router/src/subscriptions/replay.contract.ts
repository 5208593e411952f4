import { setImmediate } from 'node:timers/promises';
import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { testSecrets, waitFor } from '@pcc/testkit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startRouter } from '../container.js';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';
import { cursorClient, type CursorClient } from './testing/cursor-client.js';

export interface ReplaySize {
  readonly sockets: number;
  readonly messages: number;
  /** How long a test may wait for the last message. */
  readonly patienceMs: number;
}

const limits = { maxSocketsPerViewer: 10_000, maxSubscriptionsPerViewer: 10_000 };

/** Several routers before one graph. Without Redis they share this process's memory. */
export async function startReplayWorld(stack: CloseStack, redisUrl?: string) {
  const graph = stack.use('graph', await startPlatformGraph({ limits }, redisUrl));
  // A page as the notifications have it.
  graph.store.pageSize = 100;
  return {
    graph,
    async startRouter() {
      const redis =
        redisUrl === undefined
          ? graph.redis
          : stack.use('redis', await redisPorts({ url: redisUrl, logger: silentLogger }));
      const config = {
        port: 0,
        viewerSecrets: testSecrets,
        jwksUrl: graph.issuer.jwksUrl,
        subgraphs: graph.subgraphs,
        rateLimits: false as const,
        supergraphPollMs: 0,
        limits,
      };
      const router = await startRouter({ config, redis, logger: silentLogger });
      stack.use('router', router);
      return { socketUrl: `ws://127.0.0.1:${router.port}/graphql`, close: () => router.close() };
    },
  };
}

/** Adds notes, and tells how many there are. */
export async function flow(
  graph: PlatformGraph,
  messages: number,
  meanwhile: (added: number) => Promise<void> | void = () => undefined,
): Promise<void> {
  for (let added = 1; added <= messages; added++) {
    await graph.store.add('flows');
    await meanwhile(added);
    if (added % 5 === 0) await setImmediate();
  }
}

/** Opens clients of one person each, so that none shares what another asked for; ended with the stack. */
export async function openClients(
  graph: PlatformGraph,
  stack: CloseStack,
  urls: readonly (() => string)[],
): Promise<CursorClient[]> {
  // Valid for longer than the longest storm.
  const { authorization } = await graph.issuer.signIn('u1', 'student', 86_400);
  const after = graph.store.notes.length;
  const clients = urls.map((urlOf) => cursorClient(urlOf, authorization, after));
  stack.defer('clients', () => {
    for (const client of clients) client.end();
  });
  return clients;
}

/** Waits until all have seen the last note; each saw every one once and in order. */
export async function expectComplete(
  graph: PlatformGraph,
  clients: readonly CursorClient[],
  { patienceMs }: ReplaySize,
): Promise<void> {
  const end = graph.store.notes.length;
  const isDone = () => clients.every(({ last, problems }) => last === end || problems.length > 0);
  await waitFor(isDone, { timeoutMs: patienceMs, what: `all to have seen note ${end}` });
  expect(clients.flatMap(({ problems }) => problems).slice(0, 5)).toEqual([]);
  expect(new Set(clients.map(({ last }) => last))).toEqual(new Set([end]));
}

/** What holds with and without Redis. */
export function replayContract(redisUrl: string | undefined, size: ReplaySize): void {
  const timeoutMs = 2 * size.patienceMs;
  let stack: CloseStack;
  beforeEach(() => {
    stack = closeStack(silentLogger);
  });
  afterEach(() => stack.close());

  it(
    'a storm: all sockets are dropped and resumed while messages flow',
    async () => {
      const { graph } = await startReplayWorld(stack, redisUrl);
      const urls = Array.from({ length: size.sockets }, () => () => graph.socketUrl);
      const clients = await openClients(graph, stack, urls);
      await flow(graph, size.messages, (added) => {
        const isStorm = added === Math.floor(size.messages / 3);
        if (isStorm) for (const client of clients) client.drop();
        // And one after another, all the time.
        else if (added % 10 === 0) clients[(added / 10) % clients.length]?.drop();
      });
      await expectComplete(graph, clients, size);
      expect(Math.min(...clients.map(({ connections }) => connections))).toBeGreaterThan(1);
    },
    timeoutMs,
  );

  it(
    'several routers deliver each event once per socket, and one may go',
    async () => {
      const world = await startReplayWorld(stack, redisUrl);
      const { graph } = world;
      const [one, two] = [await world.startRouter(), await world.startRouter()];
      let isGone = false;
      const urls = Array.from({ length: size.sockets / 2 }, (_, index) =>
        index % 2 === 0 ? () => two.socketUrl : () => (isGone ? two.socketUrl : one.socketUrl),
      );
      const clients = await openClients(graph, stack, urls);
      let closing: Promise<void> | undefined;
      await flow(graph, size.messages / 2, (added) => {
        if (added !== Math.floor(size.messages / 4)) return;
        isGone = true;
        closing = one.close();
      });
      await closing;
      await expectComplete(graph, clients, size);
      const moved = clients.filter(({ connections }) => connections > 1);
      expect(moved.length).toBe(Math.floor(clients.length / 2));
    },
    timeoutMs,
  );
}
