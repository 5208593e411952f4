import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import type { Closable } from '@pcc/platform';
import { asUnavailable, withinMs } from '../errors.js';
import type { EmbeddedClickHouseConnection } from './embedded.js';

export type ClickHouseTarget =
  | { readonly url: string; readonly connection?: undefined }
  | { readonly connection: EmbeddedClickHouseConnection; readonly url?: undefined };

export interface ClickHouse extends Closable {
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

const requestTimeoutMs = 30_000;
const pingTimeoutMs = 2_000;

/** The ordinary client, over HTTP or on the embedded engine. Nothing is asked yet, so it never fails. */
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
  createClient({
    clickhouse_settings: settings,
    request_timeout: requestTimeoutMs,
    log: { level: ClickHouseLogLevel.OFF }, // what fails is thrown, and logged by whoever handles it
    ...(target.url === undefined
      ? { connection: target.connection.forDatabase(database) }
      : { url: target.url, database, max_open_connections: 10 }),
  });

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
