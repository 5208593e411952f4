import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendExactly, type ExactRequest } from '../test-support/exact-request.js';
import { startPlatformGraph, type PlatformGraph } from '../test-support/platform-graph.js';

/** The corners of GraphQL over HTTP: what is sent twice, empty, of the wrong shape or in the wrong bytes. */
let graph: PlatformGraph;
beforeAll(async () => {
  graph = await startPlatformGraph({});
});
afterAll(() => graph.close());

const send = (sent: ExactRequest) => sendExactly(graph.url, sent);

const json = { 'content-type': 'application/json' };
const echo = '{ echo(text: "a") }';
const post = (body: unknown): ExactRequest => ({
  headers: json,
  body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
});
const get = (search: string, method = 'GET'): ExactRequest => ({
  method,
  path: `/graphql?${search}`,
});
const encoded = encodeURIComponent(echo);
const withVariable = encodeURIComponent('query Q($t: String!) { echo(text: $t) }');
/** A body whose text has a byte that begins no UTF-8 character. */
const notUtf8 = Buffer.concat([
  Buffer.from('{"query":"{ echo(text: \\"'),
  Buffer.from([0xff]),
  Buffer.from('\\") }"}'),
]);

const badInput = { status: 400, code: 'BAD_USER_INPUT' };
const fine = { status: 200, code: undefined };

const cases: Record<string, ExactRequest & { status: number; code: string | undefined }> = {
  'a batch of one': { ...post([{ query: echo }]), ...badInput },
  'a batch of none': { ...post([]), ...badInput },
  'a batch by the new media type': {
    headers: { ...json, accept: 'application/graphql-response+json' },
    body: JSON.stringify([{ query: echo }, { query: echo }]),
    ...badInput,
  },
  'JSON null': { ...post('null'), ...badInput },
  'a JSON number': { ...post('1'), ...badInput },
  'nothing but spaces': { ...post('  '), ...badInput },
  'a byte order mark': { ...post(`\ufeff${JSON.stringify({ query: echo })}`), ...badInput },
  'bytes that are no UTF-8': { ...post(notUtf8), ...badInput },
  'UTF-16': { ...post(Buffer.from(JSON.stringify({ query: echo }), 'utf16le')), ...badInput },
  'an empty query': { ...post({ query: '' }), ...badInput },
  'a query of spaces': { ...post({ query: ' \n' }), ...badInput },
  'a query that is null': { ...post({ query: null }), ...badInput },
  'parameters that nobody knows': { ...post({ query: echo, id: 1, more: { x: [] } }), ...fine },
  'extensions that nobody knows': { ...post({ query: echo, extensions: { x: 1 } }), ...fine },
  'extensions that are a list': { ...post({ query: echo, extensions: [] }), ...badInput },
  'extensions that are a number': { ...post({ query: echo, extensions: 0 }), ...badInput },
  'variables that are a string': { ...post({ query: echo, variables: '{}' }), ...badInput },
  'variables that are false': { ...post({ query: echo, variables: false }), ...badInput },
  'variables that nobody declared': { ...post({ query: echo, variables: { x: 1 } }), ...fine },
  'an empty operationName': { ...post({ query: echo, operationName: '' }), ...fine },
  'an operationName of a nameless operation': {
    ...post({ query: echo, operationName: 'Q' }),
    status: 200,
    code: 'OPERATION_RESOLUTION_FAILURE',
  },
  'a document without an operation': {
    ...post({ query: 'fragment F on Query { echo(text: "a") }' }),
    status: 200,
    code: 'GRAPHQL_VALIDATION_FAILED',
  },
  'a content type with parameters': {
    ...post({ query: echo }),
    headers: { 'content-type': 'application/json; profile="x"; charset="utf-8"' },
    ...fine,
  },
  'the media type of answers as that of a request': {
    ...post({ query: echo }),
    headers: { 'content-type': 'application/graphql-response+json' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  },
  'GET, empty variables and extensions': {
    ...get(`query=${encoded}&variables=&extensions=`),
    ...fine,
  },
  'GET, variables that are null': { ...get(`query=${encoded}&variables=null`), ...fine },
  'GET, variables that are a list': { ...get(`query=${encoded}&variables=%5B1%5D`), ...badInput },
  'GET, extensions that are a string': {
    ...get(`query=${encoded}&extensions=%22x%22`),
    ...badInput,
  },
  'GET, extensions that are no JSON': { ...get(`query=${encoded}&extensions=x`), ...badInput },
  'GET, a query twice': { ...get(`query=${encoded}&query=${encoded}`), ...badInput },
  'GET, variables twice': {
    ...get(`query=${withVariable}&variables=%7B%22t%22:%22a%22%7D&variables=%7B%7D`),
    ...badInput,
  },
  'GET, another parameter twice': { ...get(`query=${encoded}&x=1&x=2`), ...fine },
  'GET, plus signs for spaces': { ...get(`query=${echo.replaceAll(' ', '+')}`), ...fine },
  'GET, bytes that are no UTF-8': { ...get('query=%7B+echo(text:+%22%ff%22)+%7D'), ...badInput },
  'GET, a broken escape': { ...get('query=%7B+echo(text:+%22%zz%22)+%7D'), ...badInput },
  'GET, an empty query': { ...get('query='), ...badInput },
  'GET, a subscription': {
    ...get(`query=${encodeURIComponent('subscription { ticked { number } }')}`),
    ...badInput,
  },
  DELETE: { method: 'DELETE', status: 405, code: 'METHOD_NOT_ALLOWED' },
  PATCH: { ...post({ query: echo }), method: 'PATCH', status: 405, code: 'METHOD_NOT_ALLOWED' },
};

describe('GraphQL over HTTP, corners', () => {
  it.each(Object.entries(cases).map(([name, sent]) => ({ name, ...sent })))(
    '$name: $status',
    async ({ status, code, ...sent }) => {
      const answer = await send(sent);
      expect(answer.status, answer.text).toBe(status);
      const type = sent.headers?.['accept'] ?? 'application/json';
      expect(answer.headers['content-type']).toBe(`${type}; charset=utf-8`);
      const body = JSON.parse(answer.text) as { errors?: { extensions: { code: string } }[] };
      expect(body.errors?.[0]?.extensions.code).toBe(code);
      // Nothing ran: an answer without `data`, which no cache keeps.
      if (code === undefined) return;
      expect(body).not.toHaveProperty('data');
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  it('HEAD answers as GET does, without a body', async () => {
    const { headers } = await send(get(`query=${encoded}`));
    const answer = await send(get(`query=${encoded}`, 'HEAD'));
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers['content-type']).toBe(headers['content-type']);
    expect(answer.headers['cache-control']).toBe(headers['cache-control']);
    expect(await send(get('query=', 'HEAD'))).toMatchObject({ status: 400, text: '' });
  });

  it.each(['GET', 'HEAD'])('a mutation by %s is told to come by POST', async (method) => {
    const mutation = encodeURIComponent('mutation { rename(id: "1", title: "x") { id } }');
    const answer = await send(get(`query=${mutation}`, method));
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it('another method is told which there are', async () => {
    const { headers } = await send({ method: 'PUT' });
    expect(headers.allow).toBe('GET, POST');
  });

  it('OPTIONS runs nothing', async () => {
    const answer = await send({ method: 'OPTIONS' });
    expect(answer).toMatchObject({ status: 204, text: '', headers: { allow: 'GET, POST' } });
  });
});
