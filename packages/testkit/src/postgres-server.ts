import { randomBytes } from 'node:crypto';
import type { Closable } from '@pcc/platform';
import pg from 'pg';
import { serviceUrls } from './env.js';
import { startServerProcess } from './postgres-server-process.js';

/**
 * A database of the test's own on a PostgreSQL with real sessions: parallel transactions, locks and roles are
 * true there, which they are not on the embedded engine. On the server that TEST_DATABASE_URL names, or on
 * one that is started from npm's binaries (no pgvector). The URL is a superuser's.
 */
export async function startPostgresServer(): Promise<{ url: string } & Closable> {
  const named = serviceUrls().postgres;
  return named === undefined ? startServerProcess() : createTestDatabase(named);
}

/** An empty database on a server, dropped by `close`. @param serverUrl of a role that may create databases */
export async function createTestDatabase(serverUrl: string): Promise<{ url: string } & Closable> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const onServer = async (sql: string) => {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await onServer(`CREATE DATABASE "${name}" TEMPLATE template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    close: () => onServer(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`),
  };
}
