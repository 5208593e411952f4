import pg from 'pg';
import { expect, it } from 'vitest';
import { startPostgresServer } from './postgres-server.js';

it('starts a server with sessions of their own, also as root', async () => {
  const server = await startPostgresServer();
  const clients = [1, 2].map(() => new pg.Client({ connectionString: server.url }));
  await Promise.all(clients.map((client) => client.connect()));
  const [first, second] = clients as [pg.Client, pg.Client];
  const lock = 'SELECT pg_try_advisory_lock(1) AS locked';
  expect((await first.query(lock)).rows).toEqual([{ locked: true }]);
  expect((await second.query(lock)).rows).toEqual([{ locked: false }]);
  await Promise.all(clients.map((client) => client.end()));
  await server.close();
});
