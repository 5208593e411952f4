import { ClientError } from './errors.js';

/**
 * The platform's GraphQL endpoint.
 * @param given from `--url`: the platform's address, with or without `/graphql`
 * @throws ClientError when it is no http(s) URL
 */
export function graphqlUrl(given: string | undefined, port: number): URL {
  const text = given ?? `http://127.0.0.1:${port}`;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ClientError(`--url ${text}: not an address that begins with http:// or https://`);
  }
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = '/graphql';
  return url;
}

/** The same endpoint for subscriptions. */
export function socketUrl(url: URL): string {
  const socket = new URL(url);
  socket.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return socket.href;
}
