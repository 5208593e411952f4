import { createMetrics, silentLogger, viewerVerifier, type RunningHttpServer } from '@pcc/platform';
import { startHttpServer } from '@pcc/platform';
import { signedClient, testSecrets, type ViewerClient } from '@pcc/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetterDesk } from './dead-letter-desk.js';
import { longestRepublishMs, operatorRoutes } from './operator-routes.js';
import { sessionStarted } from './testing/events.js';

const event = sessionStarted('u');
const { eventId } = event;
const letter = { event, error: 'cannot', attempts: 5, failedAt: new Date(0) };

describe("an operator's calls", () => {
  let server: RunningHttpServer;
  let admin: ViewerClient;
  const calls: unknown[] = [];
  let replay: DeadLetterDesk['replay'];

  beforeEach(async () => {
    calls.length = 0;
    replay = async (id) => (calls.push(['replay', id]), { outcome: 'DONE' });
    server = await startHttpServer({
      port: 0,
      host: '127.0.0.1',
      logger: silentLogger,
      metrics: createMetrics('test'),
      stores: [],
      routes: operatorRoutes({
        verifier: viewerVerifier(testSecrets),
        consumer: {
          deadLetters: {
            list: async (page) => (calls.push(['list', page]), [letter]),
            find: async (id) => (calls.push(['find', id]), null),
            replay: (id) => replay(id),
            discard: async (id) => (calls.push(['discard', id]), false),
          },
        },
        outbox: {
          lease: async () => [],
          markPublished: async () => undefined,
          postpone: async () => undefined,
          prune: async () => undefined,
          republish: async (since) => (calls.push(['republish', since]), 7),
        },
      }),
    });
    admin = client().as({ id: 'operator', role: 'admin' });
  });
  afterEach(() => server.close());

  const client = () => signedClient({ url: `http://127.0.0.1:${server.port}` });
  const paths = ['list', 'show', 'replay', 'discard'].map(
    (name) => `/internal/dead-letters/${name}`,
  );

  it('are for admins whom the router, or who has its secret, vouches for', async () => {
    for (const path of [...paths, '/internal/outbox/republish']) {
      const body = { eventId, since: new Date().toISOString() };
      const unsigned = await fetch(new URL(path, `http://127.0.0.1:${server.port}`), {
        method: 'POST',
        body: JSON.stringify(body),
      });
      expect(unsigned.status).toBe(401);
      expect((await client().anonymous.post(path, body)).status).toBe(401);
      const instructor = client().as({ id: 'i', role: 'instructor' });
      expect((await instructor.post(path, body)).status).toBe(403);
    }
    expect(calls).toEqual([]);
  });

  it('list, show, replay and discard', async () => {
    const answers = await Promise.all(paths.map((path) => admin.post(path, { eventId })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.map(({ body }) => body)).toEqual([
      { deadLetters: [JSON.parse(JSON.stringify(letter))] },
      { deadLetter: null },
      { outcome: 'DONE' },
      { outcome: 'NOT_FOUND' },
    ]);
    expect(calls).toContainEqual(['list', { limit: 100 }]);
    for (const name of ['find', 'replay', 'discard']) expect(calls).toContainEqual([name, eventId]);
  });

  it('say what is wrong with their input', async () => {
    for (const path of paths.slice(1)) {
      expect((await admin.post(path, { eventId: 'x' })).status).toBe(400);
    }
    expect((await admin.post('/internal/dead-letters/list', { limit: 101 })).status).toBe(400);
    expect((await admin.post('/internal/outbox/republish', { since: '2026-01-01' })).status).toBe(
      400,
    );
  });

  it('say that a store is away', async () => {
    replay = () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }));
    const { status } = await admin.post('/internal/dead-letters/replay', { eventId });
    expect(status).toBe(503);
  });

  it('publish again only what the inboxes surely remember', async () => {
    const ago = (ms: number) => ({ since: new Date(Date.now() - ms).toISOString() });
    const path = '/internal/outbox/republish';
    expect((await admin.post(path, ago(longestRepublishMs + 1_000))).status).toBe(400);
    const { body } = await admin.post(path, ago(longestRepublishMs - 60_000));
    expect(body).toEqual({ count: 7 });
    expect(calls).toHaveLength(1);
  });
});
