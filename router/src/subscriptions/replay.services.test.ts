import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { closeStack, silentLogger, type CloseStack } from '@pcc/platform';
import { redisPorts } from '@pcc/stores';
import { startTcpProxy, startTestRedis } from '@pcc/stores/testing';
import { serviceUrls, testSecrets, waitFor } from '@pcc/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  expectComplete,
  flow,
  openClients,
  replayContract,
  startReplayWorld,
} from './replay.contract.js';
import { openAcknowledged } from './testing/raw-client.js';

const { redis: url, redisProgram } = serviceUrls();
const size = { sockets: 200, messages: 1_000, patienceMs: 120_000 };

let stack: CloseStack;
beforeEach(() => {
  stack = closeStack(silentLogger);
});
afterEach(() => stack.close());

describe.skipIf(url === undefined)('replay over TEST_REDIS_URL', () => {
  replayContract(url, size);

  it('a router that is killed loses nothing for who reconnects to another with her cursor', async () => {
    const { graph } = await startReplayWorld(stack, url);
    const start = async () => {
      // As it was built, for its planner is a file of its own that it starts as a thread.
      const script = fileURLToPath(
        new URL('../../dist/subscriptions/testing/router-process.js', import.meta.url),
      );
      const { jwksUrl } = graph.issuer;
      const child = spawn(
        process.execPath,
        [script, url ?? '', jwksUrl, testSecrets[0] ?? '', JSON.stringify(graph.subgraphs)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const exited = once(child, 'exit');
      const kill = async () => {
        child.kill('SIGKILL');
        await exited;
      };
      stack.defer('router process', kill); // a second time does no harm
      const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      return { kill, socketUrl: `ws://127.0.0.1:${port}/graphql` };
    };
    const [one, two] = [await start(), await start()];
    let isGone = false;
    const urls = Array.from({ length: 100 }, (_, index) =>
      index % 2 === 0 ? () => two.socketUrl : () => (isGone ? two.socketUrl : one.socketUrl),
    );
    const clients = await openClients(graph, stack, urls);
    await flow(graph, size.messages, async (added) => {
      if (added !== size.messages / 2) return;
      isGone = true;
      await one.kill();
    });
    await expectComplete(graph, clients, size);
    expect(clients.filter(({ connections }) => connections > 1).length).toBe(50);
  });
});

/** Needs a server of its own, to stop and start: TEST_REDIS_SERVER=redis-server. */
describe.skipIf(redisProgram === undefined)('when Redis is interrupted', () => {
  it('every socket sees every message once and in order all the same', async () => {
    // It keeps what it acknowledged, sessions above all.
    const durable = { appendonly: 'yes', appendfsync: 'always' };
    const redis = stack.use('redis', await startTestRedis(redisProgram ?? '', durable));
    const { graph } = await startReplayWorld(stack, redis.url);
    const urls = Array.from({ length: 100 }, () => () => graph.socketUrl);
    const clients = await openClients(graph, stack, urls);
    await flow(graph, 100);
    await expectComplete(graph, clients, size);
    // What is added now reaches nobody by PubSub; it stands in the store.
    await redis.kill();
    for (let count = 0; count < 50; count++) {
      await graph.store.add('nobody hears', false);
    }
    await redis.start();
    await expectComplete(graph, clients, size);
    expect(clients.every(({ connections }) => connections === 1)).toBe(true);
    await flow(graph, 50);
    await expectComplete(graph, clients, size);
  });

  it('a session that was revoked meanwhile has its sockets closed within a second of the return', async () => {
    const redis = stack.use('redis', await startTestRedis(redisProgram ?? ''));
    const way = stack.use('way', await startTcpProxy(redis.url));
    const { graph } = await startReplayWorld(stack, way.url);
    const { authorization, sessionId } = await graph.issuer.signIn('u1', 'student');
    const other = await graph.issuer.signIn('u1', 'student');
    const client = await openAcknowledged(graph.socketUrl, authorization);
    const spared = await openAcknowledged(graph.socketUrl, other.authorization);
    stack.defer('clients', () => {
      client.end();
      spared.end();
    });
    const direct = stack.use('direct', await redisPorts({ url: redis.url, logger: silentLogger }));
    let backAt = 0;
    graph.redis.pubSub.onInterruption(() => (backAt = Date.now()));
    way.refuse(true);
    await direct.sessions.revoke(sessionId);
    expect(client.closed).toBeUndefined();
    way.refuse(false);
    await waitFor(() => client.closed);
    expect(client.closed).toMatchObject({ code: 4403 });
    expect(Date.now() - backAt).toBeLessThan(1_000);
    expect(spared.closed).toBeUndefined();
  });
});
