import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { silentLogger, type CloseStack } from '@pcc/platform';
import { postgresTemplateDirectory, startEmbeddedPostgres } from '@pcc/stores';
import { startPostgresServer, testDirectory } from '@pcc/testkit';
import pg from 'pg';
import type { Operation } from '../lib/measure.js';
import type { StoreBenchmark } from './store-benchmark.js';

const courses = 10_000;
const clients = 5;

export const postgres: StoreBenchmark = {
  store: 'Postgres',
  async embedded(stack) {
    const directory = stack.use('directory', await testDirectory());
    const engine = await startEmbeddedPostgres({
      directory: join(directory.path, 'postgres'),
      templateDirectory: postgresTemplateDirectory(),
      logger: silentLogger,
    });
    return operations(stack.use('postgres', engine).url, stack);
  },
  async server(stack) {
    return operations(stack.use('server', await startPostgresServer()).url, stack);
  },
};

async function operations(url: string, stack: CloseStack): Promise<Operation[]> {
  const pool = new pg.Pool({ connectionString: url, max: clients });
  stack.defer('pool', () => pool.end());
  await pool.query('CREATE TABLE course (id int PRIMARY KEY, title text NOT NULL)');
  await pool.query(
    `INSERT INTO course SELECT n, 'Course ' || n FROM generate_series(0, ${courses - 1}) AS n`,
  );
  await pool.query('CREATE TABLE enrollment (id uuid PRIMARY KEY, course int, note text)');
  await pool.query('CREATE TABLE outbox (id uuid PRIMARY KEY, data jsonb)');
  const enroll = async (index: number) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const id = randomUUID();
      await client.query('INSERT INTO enrollment VALUES ($1, $2, $3)', [id, index % courses, '']);
      await client.query('INSERT INTO outbox VALUES ($1, $2)', [id, JSON.stringify({ index })]);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  };
  return [
    {
      name: 'one row by its key',
      times: 2_000,
      concurrency: clients,
      run: (index) => pool.query('SELECT * FROM course WHERE id = $1', [(index * 7919) % courses]),
    },
    {
      name: '100 rows by their keys',
      times: 1_000,
      concurrency: clients,
      run: (index) =>
        pool.query('SELECT * FROM course WHERE id = ANY($1)', [
          Array.from({ length: 100 }, (_, n) => (index * 7919 + n * 31) % courses),
        ]),
    },
    {
      name: 'transaction: a row and its event',
      times: 1_000,
      concurrency: clients,
      run: enroll,
    },
    {
      name: '500 rows in one statement (rows)',
      times: 40,
      size: 500,
      run: () =>
        pool.query(
          'INSERT INTO enrollment SELECT unnest($1::uuid[]), unnest($2::int[]), unnest($3::text[])',
          [
            Array.from({ length: 500 }, () => randomUUID()),
            Array.from({ length: 500 }, (_, n) => n),
            Array.from({ length: 500 }, () => 'bulk'),
          ],
        ),
    },
    {
      name: 'a parameter of 1 MB',
      times: 50,
      run: () => pool.query('SELECT length($1::text) AS length', ['x'.repeat(1_000_000)]),
    },
  ];
}
