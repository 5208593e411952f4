import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AnswerError, ClientError, hasCode, isRefusal, RefusedError } from './errors.js';
import { graphqlClient } from './graphql-client.js';
import { operation } from './operation.js';

let server: Server;
let url: URL;
/** One answer for each request; a string is sent as it is. */
let answers: unknown[];
let received: { authorization: string | undefined; body: unknown }[];

const take = async (request: IncomingMessage) => {
  const { authorization } = request.headers;
  received.push({ authorization, body: JSON.parse(await text(request)) });
  return answers.shift();
};

beforeEach(async () => {
  answers = [];
  received = [];
  server = createServer((request, response) => {
    void take(request).then((answer) => {
      // `undefined`: never answers.
      if (answer !== undefined) {
        response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const hello = operation<{ hello: string }, { name: string }>(
  '# a query of ours\nquery Hello($name: String) { hello(name: $name) }',
);
const ask = () => graphqlClient({ url, timeoutMs: 300 }).request(hello, { name: 'Ana' });

describe('graphqlClient', () => {
  it('sends document, variables and the token of this moment', async () => {
    answers = [{ data: { hello: 'Ana' } }, { data: { hello: 'Ana' } }];
    const client = graphqlClient({ url });
    await expect(client.request(hello, { name: 'Ana' })).resolves.toEqual({ hello: 'Ana' });
    await client.as(async () => 'secret').request(hello, { name: 'Ana' });
    expect(received).toEqual([
      {
        authorization: undefined,
        body: { query: hello.text, operationName: 'Hello', variables: { name: 'Ana' } },
      },
      expect.objectContaining({ authorization: 'Bearer secret' }),
    ]);
  });

  it('throws userErrors as a refusal with code, words and field', async () => {
    const userErrors = [{ code: 'SLUG_TAKEN', message: 'It is taken.', field: ['input', 'slug'] }];
    answers = [{ data: { createCourse: { course: null, userErrors } } }];
    const error: unknown = await ask().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RefusedError);
    expect(isRefusal(error, 'SLUG_TAKEN')).toBe(true);
    expect(isRefusal(error, 'NOT_FOUND')).toBe(false);
    expect((error as Error).message).toBe(
      'Hello was refused. SLUG_TAKEN: It is taken. (input.slug)',
    );
  });

  it('takes an empty list of userErrors for success', async () => {
    answers = [{ data: { createCourse: { userErrors: [] } } }];
    await expect(ask()).resolves.toEqual({ createCourse: { userErrors: [] } });
  });

  it('throws errors with their codes and paths, even beside data', async () => {
    const errors = [{ message: 'No.', path: ['me', 'orders'], extensions: { code: 'FORBIDDEN' } }];
    answers = [{ data: { me: { orders: null } }, errors }];
    const error: unknown = await ask().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AnswerError);
    expect(hasCode(error, 'FORBIDDEN')).toBe(true);
    expect((error as Error).message).toBe('Hello failed. FORBIDDEN: No. (at me.orders)');
  });

  it('waits as long as it is told and asks again when it asks too often', async () => {
    const limited = { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 0.05 }, message: '' };
    answers = [{ errors: [limited] }, { errors: [limited] }, { data: { hello: 'Ana' } }];
    await expect(ask()).resolves.toEqual({ hello: 'Ana' });
    expect(received).toHaveLength(3);
  });

  it('says so when nobody answers, or when it is no GraphQL', async () => {
    answers = ['<html>'];
    await expect(ask()).rejects.toThrow('answered 200 and no GraphQL');
    await expect(ask()).rejects.toThrow('gave no answer within 0.3 s');
  });

  it('says what to do when nobody listens', async () => {
    await new Promise((resolve) => server.close(resolve));
    const error: unknown = await ask().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClientError);
    expect((error as Error).message).toMatch(
      /^Cannot reach http:.* \(ECONNREFUSED\)\. Start the platform with `npm start`/,
    );
  });
});
