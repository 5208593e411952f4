import { randomBytes } from 'node:crypto';
import type { DataFormat } from '@clickhouse/client';
import type { Closable } from '@pcc/platform';
import { afterAll, beforeAll } from 'vitest';
import { type ClickHouse, type ClickHouseTarget, connectClickHouse } from '../connect.js';

/** How a suite opens the engine or server that it is about. */
export type OpenClickHouse = () => Promise<{ readonly target: ClickHouseTarget } & Closable>;

/** The ClickHouse under test, with a database of the suite's own. */
export interface Subject {
  readonly target: ClickHouseTarget;
  readonly store: ClickHouse;
  readonly client: ClickHouse['client'];
  readonly database: string;
  readonly rows: <Row>(query: string, more?: QueryOptions) => Promise<Row[]>;
  readonly run: (query: string, more?: QueryOptions) => Promise<void>;
}

export interface QueryOptions {
  readonly query_params?: Record<string, unknown>;
  readonly clickhouse_settings?: Record<string, string | number>;
  readonly format?: DataFormat;
  readonly abort_signal?: AbortSignal;
}

/** Opens it before the suite's tests and drops the database after them. */
export function subjectOf(open: OpenClickHouse): () => Subject {
  let subject: Subject | undefined;
  let server: Closable | undefined;
  beforeAll(async () => {
    const opened = await open();
    server = opened;
    const database = `pcc_${randomBytes(8).toString('hex')}`;
    await asAdmin(opened.target, `CREATE DATABASE ${database}`);
    const store = connectClickHouse({ ...opened.target, database });
    const { client } = store;
    subject = {
      target: opened.target,
      store,
      client,
      database,
      async rows<Row>(query: string, more = {}) {
        return (await client.query({ query, format: 'JSONEachRow', ...more })).json<Row>();
      },
      async run(query, more = {}) {
        await client.command({ query, ...more });
      },
    };
  });
  afterAll(async () => {
    if (subject === undefined) return;
    await asAdmin(subject.target, `DROP DATABASE ${subject.database} SYNC`);
    await subject.store.close();
    await server?.close();
  });
  return () => {
    if (subject === undefined) throw new Error('not opened yet');
    return subject;
  };
}

export async function asAdmin(target: ClickHouseTarget, query: string): Promise<void> {
  const admin = connectClickHouse({ ...target, database: 'default' });
  await admin.client.command({ query });
  await admin.close();
}

export const megabyte = 1024 * 1024;
