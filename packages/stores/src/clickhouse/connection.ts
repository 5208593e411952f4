import type { ClickHouseClientConfigOptions } from '@clickhouse/client';

/** What `@clickhouse/client` calls instead of HTTP. */
export type ClickHouseConnection = NonNullable<ClickHouseClientConfigOptions['connection']>;

/** chdb's own, of which the engine makes one for each call. */
export type ChdbConnection = ClickHouseConnection & {
  readonly chdb: {
    queryAsync(sql: string): Promise<unknown>;
    queryStream(
      sql: string,
      options: { readonly format: string },
    ): AsyncIterable<{ raw(): Uint8Array }>;
  };
};
