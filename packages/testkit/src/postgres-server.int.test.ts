import pg from 'pg';
import { expect, it } from 'vitest';
import { startPostgresServer } from './postgres-server.js';
import { startServerProcess } from './postgres-server-process.js';

const connected = async (url: string) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
};

it('starts a server with sessions of their own, also as root', async () => {
  const server = await startPostgresServer();
  const [first, second] = [await connected(server.url), await connected(server.url)];
  const lock = 'SELECT pg_try_advisory_lock(1) AS locked';
  expect((await first.query(lock)).rows).toEqual([{ locked: true }]);
  expect((await second.query(lock)).rows).toEqual([{ locked: false }]);
  await Promise.all([first.end(), second.end()]);
  await server.close();
});

it('ends that server and no other, with clients connected, and asks for the password', async () => {
  const [one, other] = await Promise.all([startServerProcess(), startServerProcess()]);
  const [cutOff, kept] = [await connected(one.url), await connected(other.url)];
  cutOff.on('error', () => undefined); // it is told why, and that the connection is gone
  const ended = new Promise((resolve) => cutOff.once('end', resolve));
  await one.close();
  await ended;
  await expect(connected(one.url)).rejects.toThrow('ECONNREFUSED');
  expect((await kept.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
  const wrong = other.url.replace(/:[0-9a-f]+@/, ':wrong@');
  await expect(connected(wrong)).rejects.toMatchObject({ code: '28P01' });
  await kept.end();
  await other.close();
});
