import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendExactly, type ExactRequest } from '../test-support/exact-request.js';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

let graph: PlatformGraph;
beforeAll(async () => {
  graph = await startPlatformGraph({
    corsOrigins: ['https://app.example'],
    limits: { maxBodyBytes: 10_000, maxDepth: 2, maxTokens: 200 },
  });
});
afterAll(() => graph.close());

const send = (sent: ExactRequest) => sendExactly(graph.url, sent);

const json = { 'content-type': 'application/json' };
const graphqlJson = 'application/graphql-response+json';
const query = (text: string, more: object = {}) => JSON.stringify({ query: text, ...more });
const get = (parameters: Record<string, string>): Pick<ExactRequest, 'method' | 'path'> => ({
  method: 'GET',
  path: `/graphql?${String(new URLSearchParams(parameters))}`,
});
const echo = '{ echo(text: "a") }';

const cases: Record<string, ExactRequest & { status: number; code?: string; type?: string }> = {
  'a query by POST': { headers: json, body: query(echo), status: 200 },
  'a charset': {
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: query(echo),
    status: 200,
  },
  'another charset': {
    headers: { 'content-type': 'application/json; charset=latin1' },
    body: query(echo),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  'a query by GET': { ...get({ query: echo }), status: 200 },
  'GET with variables': {
    ...get({ query: 'query Q($t: String!) { echo(text: $t) }', variables: '{"t":"b"}' }),
    status: 200,
  },
  'GET with variables that are no JSON': {
    ...get({ query: echo, variables: '{' }),
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  'GET without a query': { ...get({}), status: 400, code: 'BAD_USER_INPUT' },
  'a mutation by GET': {
    ...get({ query: 'mutation { rename(id: "1", title: "x") { id } }' }),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
  },
  'the mutation of two operations by GET': {
    ...get({
      query: '{ me { id } } mutation M { rename(id: "1", title: "x") { id } }',
      operationName: 'M',
    }),
    status: 200,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  'a named mutation by GET': {
    ...get({
      query: 'query Q { me { id } } mutation M { rename(id: "1", title: "x") { id } }',
      operationName: 'M',
    }),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
  },
  PUT: { method: 'PUT', headers: json, body: query(echo), status: 405, code: 'METHOD_NOT_ALLOWED' },
  'no content type': { body: query(echo), status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' },
  'a form': {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'query={me{id}}',
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  'text/plain': {
    headers: { 'content-type': 'text/plain' },
    body: query(echo),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  'malformed JSON': { headers: json, body: '{"query": ', status: 400, code: 'BAD_USER_INPUT' },
  'an empty body': { headers: json, body: '', status: 400, code: 'BAD_USER_INPUT' },
  'a batch': { headers: json, body: `[${query(echo)}]`, status: 400, code: 'BAD_USER_INPUT' },
  'a JSON string': { headers: json, body: '"x"', status: 400, code: 'BAD_USER_INPUT' },
  'no query': { headers: json, body: '{}', status: 400, code: 'BAD_USER_INPUT' },
  'a query that is no string': {
    headers: json,
    body: '{"query": 1}',
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  'variables that are no object': {
    headers: json,
    body: query(echo, { variables: [1] }),
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  'operationName that is no string': {
    headers: json,
    body: query(echo, { operationName: {} }),
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  'extensions that are no object': {
    headers: json,
    body: query(echo, { extensions: 'x' }),
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  'nulls for what is optional': {
    headers: json,
    body: query(echo, { variables: null, operationName: null, extensions: null }),
    status: 200,
  },
  'a syntax error': {
    headers: json,
    body: query('{ me {'),
    status: 200,
    code: 'GRAPHQL_PARSE_FAILED',
  },
  'an unknown field': {
    headers: json,
    body: query('{ nothing }'),
    status: 200,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  'a syntax error, new media type': {
    headers: { ...json, accept: graphqlJson },
    body: query('{ me {'),
    status: 400,
    code: 'GRAPHQL_PARSE_FAILED',
    type: graphqlJson,
  },
  'a wrong variable, new media type': {
    headers: { ...json, accept: graphqlJson },
    body: query('query Q($t: String!) { echo(text: $t) }', { variables: { t: 1 } }),
    status: 400,
    code: 'BAD_USER_INPUT',
    type: graphqlJson,
  },
  'an unknown field, new media type': {
    headers: { ...json, accept: graphqlJson },
    body: query('{ nothing }'),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    type: graphqlJson,
  },
  'a wrong argument type': {
    headers: json,
    body: query('{ echo(text: 1) }'),
    status: 200,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  'a wrong variable': {
    headers: json,
    body: query('query Q($t: String!) { echo(text: $t) }', { variables: { t: 1 } }),
    status: 200,
    code: 'BAD_USER_INPUT',
  },
  'a missing variable': {
    headers: json,
    body: query('query Q($t: String!) { echo(text: $t) }'),
    status: 200,
    code: 'BAD_USER_INPUT',
  },
  'two operations, none chosen': {
    headers: json,
    body: query('query A { me { id } } query B { me { id } }'),
    status: 200,
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  'two operations, an unknown one chosen': {
    headers: json,
    body: query('query A { me { id } } query B { me { id } }', { operationName: 'C' }),
    status: 200,
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  'two operations, one chosen': {
    headers: json,
    body: query('query A { me { id } } query B { echo(text: "b") }', { operationName: 'B' }),
    status: 200,
  },
  'a subscription': {
    headers: json,
    body: query('subscription { ticked { number } }'),
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  'too many tokens': {
    headers: json,
    body: query(`{ ${'me { id } '.repeat(100)} }`),
    status: 400,
    code: 'OPERATION_TOO_LARGE',
  },
  'a body that is too large': {
    headers: json,
    body: query(echo, { x: 'y'.repeat(11_000) }),
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
  },
  'Accept: */*': {
    headers: { ...json, accept: '*/*' },
    body: query(echo),
    status: 200,
    type: 'application/json',
  },
  'Accept of the new media type': {
    headers: { ...json, accept: graphqlJson },
    body: query(echo),
    status: 200,
    type: graphqlJson,
  },
  'Accept of both, the old preferred': {
    headers: { ...json, accept: `${graphqlJson};q=0.5, application/json` },
    body: query(echo),
    status: 200,
    type: 'application/json',
  },
  'Accept of something else': {
    headers: { ...json, accept: 'text/html' },
    body: query(echo),
    status: 406,
    code: 'NOT_ACCEPTABLE',
  },
  'an error in a field': {
    headers: { ...json, accept: graphqlJson },
    body: query('{ fails }'),
    status: 200,
    code: 'STORE_UNAVAILABLE',
    type: graphqlJson,
  },
  'an unknown path': {
    path: '/nothing',
    headers: json,
    body: query(echo),
    status: 404,
    code: 'NOT_FOUND',
  },
  'a link in a browser': {
    ...get({ query: echo }),
    headers: { 'user-agent': 'Mozilla/5.0' },
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  'an image in a page': {
    ...get({ query: echo }),
    headers: { 'sec-fetch-site': 'cross-site' },
    status: 400,
    code: 'BAD_USER_INPUT',
  },
  'a GET after a preflight': {
    ...get({ query: echo }),
    headers: { 'user-agent': 'Mozilla/5.0', 'apollo-require-preflight': '1' },
    status: 200,
  },
  'a GET of our own origin': {
    ...get({ query: echo }),
    headers: { 'user-agent': 'Mozilla/5.0', 'sec-fetch-site': 'same-origin' },
    status: 200,
  },
};

describe('GraphQL over HTTP', () => {
  it.each(Object.entries(cases).map(([name, sent]) => ({ name, ...sent })))(
    '$name: $status',
    async ({ status, code, type = 'application/json', ...sent }) => {
      const answer = await send(sent);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toBe(`${type}; charset=utf-8`);
      const body = JSON.parse(answer.text) as {
        data?: unknown;
        errors?: { message: string; extensions: { code: string } }[];
      };
      expect(body.errors?.[0]?.extensions.code).toBe(code);
      if (body.errors === undefined) expect(body.data).toBeDefined();
      else expect(body.errors.every(({ message }) => message.length > 0)).toBe(true);
    },
  );

  it('answers what was asked', async () => {
    const answer = await send({ headers: json, body: query('{ echo(text: "ü") }') });
    expect(answer.text).toBe('{"data":{"echo":"ü"}}');
  });

  it('has no data where nothing ran', async () => {
    const answer = await send({ headers: json, body: query('{ nothing }') });
    expect(JSON.parse(answer.text)).not.toHaveProperty('data');
  });

  it('refuses an operation that is too deep, but not introspection', async () => {
    const codeOf = async (text: string) => {
      const answer = await send({ headers: json, body: query(text) });
      return (JSON.parse(answer.text) as { errors?: { extensions: { code: string } }[] })
        .errors?.[0]?.extensions.code;
    };
    expect(await codeOf('{ courses { title } }')).toBeUndefined();
    expect(await codeOf('{ notes { course { id } } }')).toBe('OPERATION_TOO_DEEP');
    const inFragments =
      '{ ...A } fragment A on Query { notes { ...B } } fragment B on Note { course { id } }';
    expect(await codeOf(inFragments)).toBe('OPERATION_TOO_DEEP');
    const introspection =
      '{ __schema { types { fields { type { ofType { ofType { name } } } } } } }';
    expect(await codeOf(introspection)).toBeUndefined();
  });

  it('says which method a mutation needs', async () => {
    const answer = await send(get({ query: 'mutation { rename(id: "1", title: "x") { id } }' }));
    expect(answer.headers.allow).toBe('POST');
  });

  it('stays alive after a body that is cut off', async () => {
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${graph.url}/graphql`, {
        method: 'POST',
        headers: { ...json, 'content-length': '500' },
      });
      request.on('error', () => resolve());
      request.write('{"query"');
      setImmediate(() => request.destroy());
    });
    expect((await send({ headers: json, body: query(echo) })).status).toBe(200);
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    send({
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  it('answers a preflight of an allowed origin', async () => {
    const { status, headers } = await preflight('https://app.example');
    expect(status).toBe(204);
    expect(headers['access-control-allow-origin']).toBe('https://app.example');
    expect(headers['access-control-allow-headers']).toContain('authorization');
    expect(headers.vary).toContain('Origin');
  });

  it('allows nothing to others', async () => {
    const { headers } = await preflight('https://evil.example');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['access-control-allow-methods']).toBeUndefined();
    const answer = await send({
      headers: { ...json, origin: 'https://evil.example' },
      body: query(echo),
    });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('marks errors too, so that pages can read them', async () => {
    const answer = await send({
      headers: { ...json, origin: 'https://app.example' },
      body: query('{ nothing }'),
    });
    expect(answer.headers['access-control-allow-origin']).toBe('https://app.example');
  });
});

describe('the other routes', () => {
  it.each(['/health', '/ready', '/metrics', '/'])('%s', async (path) => {
    expect((await send({ method: 'GET', path })).status).toBe(200);
  });

  it('/ready names Redis and every subgraph', async () => {
    const { text } = await send({ method: 'GET', path: '/ready' });
    expect(JSON.parse(text)).toMatchObject({
      ready: true,
      checks: { redis: { ok: true }, catalogue: { ok: true }, notes: { ok: true } },
    });
  });
});
