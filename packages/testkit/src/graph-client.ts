import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Account } from './platform-process.js';
import type { Answer } from './signed-client.js';

/** Talks to the router as an application does: HTTP with an access token, subscriptions over graphql-ws. */
export interface GraphClient {
  query<Data = Record<string, unknown>>(
    document: string,
    variables?: Record<string, unknown>,
  ): Promise<Answer<Data>>;
  /** The same, for when it must work: @throws Error on errors and on `userErrors` of any top-level field */
  run<Data = Record<string, unknown>>(
    document: string,
    variables?: Record<string, unknown>,
  ): Promise<Data>;
  /** Opens a subscription on a socket of its own. */
  subscribe<Data = Record<string, unknown>>(
    document: string,
    variables?: Record<string, unknown>,
  ): Subscription<Data>;
  /** The same router, signed in. */
  signIn(account: Account): Promise<GraphClient>;
  /** The same router with this access token; `null` for none. */
  withToken(token: string | null): GraphClient;
}

export interface Subscription<Data> {
  /** Everything received so far, in order. */
  readonly received: Data[];
  readonly errors: unknown[];
  /** Resolves when the router has acknowledged the connection. */
  readonly connected: Promise<void>;
  close(): Promise<void>;
}

export function graphClient(url: string, token: string | null = null): GraphClient {
  const query = async <Data>(document: string, variables: Record<string, unknown> = {}) => {
    const response = await politely(() =>
      fetch(new URL('/graphql', url), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query: document, variables }),
      }),
    );
    const body = (await response.json()) as Pick<Answer<Data>, 'data' | 'errors'>;
    return { status: response.status, headers: response.headers, ...body };
  };
  const run = async <Data>(document: string, variables?: Record<string, unknown>) => {
    const { data, errors } = await query<Data>(document, variables);
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    for (const field of Object.values(data as Record<string, unknown>)) {
      const { userErrors } = (field ?? {}) as { userErrors?: unknown[] };
      if (userErrors !== undefined && userErrors.length > 0) {
        throw new Error(JSON.stringify(userErrors));
      }
    }
    return data;
  };
  return {
    query,
    run,
    subscribe: <Data>(document: string, variables: Record<string, unknown> = {}) =>
      subscribe<Data>(url, token, document, variables),
    withToken: (next) => graphClient(url, next),
    async signIn(account) {
      const data = await run<{ logIn: { session: { accessToken: string } } }>(
        `mutation ($input: LogInInput!) {
           logIn(input: $input) { session { accessToken } userErrors { code message } }
         }`,
        { input: account },
      );
      return graphClient(url, data.logIn.session.accessToken);
    },
  };
}

const patience = 20;

/** Waits as long as the router asks: visitors of one address share a small number of requests a second. */
export async function politely(send: () => Promise<Response>): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await send();
    if (response.status !== 429 || attempt === patience) return response;
    await response.body?.cancel();
    await sleep(Number(response.headers.get('retry-after') ?? 1) * 1000);
  }
}

function subscribe<Data>(
  url: string,
  token: string | null,
  query: string,
  variables: Record<string, unknown>,
): Subscription<Data> {
  const received: Data[] = [];
  const errors: unknown[] = [];
  let client: Client | undefined;
  const connected = new Promise<void>((resolve, reject) => {
    client = createClient({
      url: new URL('/graphql', url.replace(/^http/, 'ws')).href,
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      connectionParams: token === null ? {} : { authorization: `Bearer ${token}` },
      onNonLazyError: reject,
      on: { connected: () => resolve() },
    });
  });
  client?.subscribe<Data>(
    { query, variables },
    {
      next: (result) => {
        if (result.errors) errors.push(...result.errors);
        if (result.data) received.push(result.data);
      },
      error: (error) => errors.push(error),
      complete: () => undefined,
    },
  );
  return { received, errors, connected, close: async () => client?.dispose() };
}
