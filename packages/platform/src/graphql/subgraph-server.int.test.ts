import { Writable } from 'node:stream';
import { parse } from 'graphql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../errors.js';
import type { RunningHttpServer } from '../http-server.js';
import { createLogger, silentLogger } from '../logger.js';
import { createMetrics } from '../metrics.js';
import { viewerHeader, viewerSigner, viewerVerifier } from '../viewer.js';
import type { RequestContext } from './context.js';
import { startSubgraphServer } from './subgraph-server.js';
import { subscription } from './subscription.js';

const secrets = ['only-for-tests-0123456789-0123456789'];
const ana = { id: 'ana', role: 'student', sessionId: 's' } as const;

const typeDefs = parse(`
  type Query { whoami: String known: String defect: String down: String! }
  type Subscription { ticked(room: ID!): Tick! }
  type Tick { number: Int! room: ID! by: String }
`);

interface TickPayload {
  readonly number: number;
}

const resolvers = {
  Query: {
    whoami: (_parent: unknown, _args: unknown, { viewer }: RequestContext) => viewer.id,
    known: () => {
      throw new AppError('FORBIDDEN');
    },
    defect: () => {
      throw new Error('secret detail');
    },
    down: () => {
      throw Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    },
  },
  Subscription: {
    ticked: subscription<{ room: string }, RequestContext, TickPayload>({
      async open({ room }, { viewer }) {
        viewer.mustBeSignedIn();
        if (room === 'closed') throw new AppError('FORBIDDEN');
        return { topics: [`ticks:${room}`], position: 2 };
      },
      async replay(_args, _context, after) {
        return { events: [{ seq: after + 1, payload: { number: after + 1 } }], complete: true };
      },
      resolve: ({ number }, { room }, { viewer }) => ({ number, room, by: viewer.id }),
    }),
  },
};

let server: RunningHttpServer;
let logged: string;
beforeEach(async () => {
  logged = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  server = await startSubgraphServer({
    port: 0,
    host: '127.0.0.1',
    logger: createLogger({ name: 'test', level: 'info' }, destination),
    metrics: createMetrics('test'),
    typeDefs: [typeDefs],
    resolvers: [resolvers],
    verifier: viewerVerifier(secrets),
    stores: [],
    createContext: (request) => request,
  });
});
afterEach(() => server.close());

async function post(path: string, body: unknown, viewer: typeof ana | null = ana) {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-request-id': 'request-1',
      [viewerHeader]: await viewerSigner(secrets).sign(viewer),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
const ask = (query: string) => post('/graphql', { query });
const errorOf = (answer: { body: unknown }) =>
  (answer.body as { errors: { message: string; extensions: Record<string, unknown> }[] }).errors[0];

describe('the subgraph server', () => {
  it('answers only what the router has signed', async () => {
    const unsigned = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ _service { sdl } }' }),
    });
    expect(unsigned.status).toBe(401);
    expect((await ask('{ whoami }')).body).toEqual({ data: { whoami: 'ana' } });
  });

  it('shows an expected failure by its code, and keeps the rest', async () => {
    const answer = await ask('{ whoami known }');
    expect(answer.body).toMatchObject({
      data: { whoami: 'ana', known: null },
      errors: [{ path: ['known'], extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it('masks a defect, and logs it whole under the request id', async () => {
    const error = errorOf(await ask('{ defect }'));
    expect(error?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId: 'request-1' });
    expect(JSON.stringify(error)).not.toContain('secret detail');
    expect(logged).toContain('secret detail');
    expect(logged).toContain('"requestId":"request-1"');
  });

  it('says that a store is down, without its address', async () => {
    const error = errorOf(await ask('{ down }'));
    expect(error?.extensions).toEqual({ code: 'STORE_UNAVAILABLE' });
    expect(JSON.stringify(error)).not.toContain('refused');
  });

  it('leaves the complaints of GraphQL as they are', async () => {
    const answer = await ask('{ nope }');
    expect(answer.status).toBe(400);
    expect(errorOf(answer)?.extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' });
  });

  it('never logs the token that it was given', async () => {
    await ask('{ defect }');
    expect(logged).not.toContain('eyJ');
  });
});

describe('the internal calls of a subscription', () => {
  const query = 'subscription ($room: ID!) { ticked(room: $room) { number room by } }';
  const call = (path: string, extra: object = {}, viewer: typeof ana | null = ana) =>
    post(`/internal/subscriptions/${path}`, { query, variables: { room: 'r' }, ...extra }, viewer);

  it('open names topics and position', async () => {
    expect((await call('open')).body).toEqual({
      topics: ['ticks:r'],
      position: 2,
      replayable: true,
    });
  });

  it('open refuses whom the service refuses', async () => {
    expect(errorOf(await call('open', {}, null))?.extensions['code']).toBe('UNAUTHENTICATED');
    const closed = await call('open', { variables: { room: 'closed' } });
    expect(errorOf(closed)?.extensions['code']).toBe('FORBIDDEN');
  });

  it('replay reads the store, and authorizes again', async () => {
    expect((await call('replay', { after: 5 })).body).toEqual({
      events: [{ seq: 6, payload: { number: 6 } }],
      complete: true,
    });
    const closed = await call('replay', { variables: { room: 'closed' }, after: 0 });
    expect(errorOf(closed)?.extensions['code']).toBe('FORBIDDEN');
  });

  it('resolve runs the selection over one message, under the viewer', async () => {
    expect((await call('resolve', { payload: { number: 7 } })).body).toEqual({
      data: { ticked: { number: 7, room: 'r', by: 'ana' } },
    });
  });

  it.each([
    ['a query', '{ whoami }', 'BAD_USER_INPUT'],
    ['an unknown field', 'subscription { nope }', undefined],
    ['nothing', undefined, 'BAD_USER_INPUT'],
  ])('refuse %s', async (_name, text, code) => {
    const error = errorOf(await call('open', { query: text, variables: {} }));
    expect(error?.extensions['code']).toBe(code);
    expect(error?.message).not.toBe('');
  });

  it('live on a schema that has none', async () => {
    const without = await startSubgraphServer({
      port: 0,
      host: '127.0.0.1',
      logger: silentLogger,
      metrics: createMetrics('test'),
      typeDefs: [parse('type Query { a: Int }')],
      resolvers: [],
      verifier: viewerVerifier(secrets),
      stores: [],
      createContext: (request) => request,
    });
    const response = await fetch(`http://127.0.0.1:${without.port}/internal/subscriptions/open`, {
      method: 'POST',
      headers: { [viewerHeader]: await viewerSigner(secrets).sign(ana) },
      body: JSON.stringify({ query: 'subscription { a }' }),
    });
    expect(await response.json()).toHaveProperty('errors');
    await without.close();
  });
});
