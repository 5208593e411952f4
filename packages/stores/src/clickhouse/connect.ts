import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import { type Closable, ConfigError, errorMessage, isStoreUnavailable } from '@pcc/platform';
import { asUnavailable, storeUnavailable, withinMs } from '../errors.js';
import type { EmbeddedClickHouseConnection } from './embedded.js';

export type ClickHouseTarget =
  | { readonly url: string; readonly connection?: undefined }
  | { readonly connection: EmbeddedClickHouseConnection; readonly url?: undefined };

export interface ClickHouse extends Closable {
  /** Its calls fail with AppError STORE_UNAVAILABLE when ClickHouse does not answer over HTTP. */
  readonly client: ClickHouseClient;
  /** @throws AppError STORE_UNAVAILABLE within 2 s when ClickHouse does not answer */
  ping(): Promise<void>;
}

/** A UInt64 is more than a JavaScript number holds; ISO 8601 times must be read as they come. */
const settings: ClickHouseSettings = {
  max_execution_time: 30, // seconds; the embedded engine has no other bound
  output_format_json_quote_64bit_integers: 1,
  date_time_input_format: 'best_effort',
};

/** A server would go on with what nobody waits for any more. */
const serverSettings: ClickHouseSettings = {
  ...settings,
  cancel_http_readonly_queries_on_client_close: 1,
};

/** Without a byte; above `max_execution_time`, so that ClickHouse says what happened. */
const requestTimeoutMs = 35_000;
const pingTimeoutMs = 2_000;
/**
 * Below the keep-alive timeout of any server (3 s in older ones, 10 s now): a request on a connection that the
 * server is just closing fails with ECONNRESET.
 */
const idleSocketMs = 2_000;

/**
 * The ordinary client, over HTTP or on the embedded engine. Nothing is asked yet.
 * @throws ConfigError for a URL that is none; it does not show the password
 */
export function connectClickHouse(
  options: ClickHouseTarget & { readonly database: string },
): ClickHouse {
  const { database } = options;
  const client = clientFor(options, database);
  creators.set(client, async () => {
    const admin = clientFor(options, 'default');
    try {
      await admin.command({ query: `CREATE DATABASE IF NOT EXISTS ${quoted(database)}` });
    } finally {
      await admin.close();
    }
  });
  return {
    client,
    ping: () =>
      asUnavailable('clickhouse', async () => {
        const result = await withinMs(pingTimeoutMs, client.ping({ select: true }));
        if (!result.success) throw result.error;
      }),
    close: () => client.close(),
  };
}

const clientFor = (target: ClickHouseTarget, database: string): ClickHouseClient =>
  target.url === undefined
    ? createClient({
        ...common,
        clickhouse_settings: settings,
        connection: target.connection.forDatabase(database),
      })
    : sayingWhenAway(httpClient(target.url, database));

const common = {
  request_timeout: requestTimeoutMs,
  log: { level: ClickHouseLogLevel.OFF }, // what fails is thrown, and logged by whoever handles it
};

function httpClient(url: string, database: string): ClickHouseClient {
  // Its TypeError, even as a cause, would carry the whole URL into the log.
  if (!URL.canParse(url)) throw new ConfigError(['CLICKHOUSE_URL: is not a URL']);
  const withoutPath = new URL(url);
  withoutPath.pathname = ''; // the client takes it for the database, above the one that is asked for
  try {
    return createClient({
      ...common,
      clickhouse_settings: serverSettings,
      url: withoutPath,
      database,
      max_open_connections: 10,
      // On a busy machine the timer that closes idle connections comes too late: it looks at their age as well.
      keep_alive: { idle_socket_ttl: idleSocketMs, eagerly_destroy_stale_sockets: true },
    });
  } catch (error) {
    throw new ConfigError([`CLICKHOUSE_URL: ${errorMessage(error)}`]);
  }
}

const calls: ReadonlySet<unknown> = new Set(['query', 'insert', 'command', 'exec']);

function sayingWhenAway(client: ClickHouseClient): ClickHouseClient {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (!calls.has(name)) return member.bind(target) as unknown;
      return async (...parameters: unknown[]): Promise<unknown> => {
        try {
          return (await Reflect.apply(member, target, parameters)) as unknown;
        } catch (error) {
          throw isAway(error) ? storeUnavailable('clickhouse', error) : error;
        }
      };
    },
  });
}

/** The client's own timeout has no code. */
const isAway = (error: unknown): boolean =>
  isStoreUnavailable(error) || (error instanceof Error && error.message === 'Timeout error.');

/** A client of a database that does not exist cannot create it: ClickHouse refuses all its requests. */
const creators = new WeakMap<ClickHouseClient, () => Promise<void>>();

/** Creates the database of a client that `connectClickHouse` made, if it is missing. */
export async function createDatabase(client: ClickHouseClient): Promise<void> {
  const create = creators.get(client);
  if (!create) throw new TypeError('the client was not made by connectClickHouse');
  await create();
}

/** An identifier as ClickHouse reads it. */
export const quoted = (name: string): string => `\`${name.replaceAll('`', '')}\``;
