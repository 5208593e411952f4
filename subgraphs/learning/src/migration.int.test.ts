import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventCatalogue, type EventType } from '@pcc/events';
import { newId, silentLogger } from '@pcc/platform';
import { migratePostgres, migratePostgresDown } from '@pcc/stores';
import { startTestPostgres } from '@pcc/stores/testing';
import { rowsOf, walkMigrations, type MigrationLoss } from '@pcc/testkit';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { schema } from './database.js';
import { migrationsDirectory } from './migrate.js';
import { rowsOfEverything, unavoidableLosses } from './test-rows.js';

let postgres: Awaited<ReturnType<typeof startTestPostgres>>;
let client: pg.Client;
beforeAll(async () => {
  postgres = await startTestPostgres();
  client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await postgres.close();
});

/** Everything that the schema has, beside the ledger. */
const objects = async () => {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relkind::text || ' ' || c.relname AS name FROM pg_class c
      WHERE c.relnamespace = 'learning'::regnamespace AND c.relname NOT LIKE '\\_prisma%'
     UNION ALL SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace = 'learning'::regnamespace AND conname NOT LIKE '\\_prisma%'
     UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'learning'::regnamespace
     UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE c.relnamespace = 'learning'::regnamespace AND NOT tgisinternal
     ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

const names = (await readdir(migrationsDirectory)).sort();
const up = (directory: string) =>
  migratePostgres({ url: postgres.url, schema, directory, logger: silentLogger });
const down = (name: string, directory: string) =>
  migratePostgresDown({ url: postgres.url, schema, directory, logger: silentLogger, name });

/** What was found on the way, which is walked once: up, all down but the first with rows in it, to nothing, up. */
const found = { applied: [] as string[], emptied: [] as string[], again: [] as string[] };
const schemas: string[][] = [];
let losses: MigrationLoss[];
let coursesOfTheFirst: unknown[];
let endsOfTheFirst: unknown[];
beforeAll(async () => {
  found.applied = await up(migrationsDirectory);
  schemas.push(await objects());
  await client.query(rowsOfEverything);
  const rows = await rowsOf(client, schema);
  // A new table without a row would prove nothing.
  expect([...rows].filter(([, { size }]) => size === 0).map(([table]) => table)).toEqual([]);
  losses = await walkMigrations({ client, schema, directory: migrationsDirectory, up, down });
  const courses = await client.query(
    `SELECT slug, status, enrolled_count AS enrolled FROM learning.courses ORDER BY slug`,
  );
  coursesOfTheFirst = courses.rows;
  const ends = await client.query(
    `SELECT o.data->>'reason' AS told, h.reason, h.happened_at = e.ended_at AS "then"
       FROM learning.enrollments AS e
       JOIN learning.enrollment_history AS h ON h.enrollment_id = e.id AND h.status = 'ENDED'
       JOIN learning.outbox AS o ON o.aggregate_id = e.id::text AND o.type = 'enrollment.ended'
      WHERE e.status = 'ENDED'`,
  );
  endsOfTheFirst = ends.rows;
  await down(names[0] ?? '', migrationsDirectory);
  found.emptied = await objects();
  found.again = await up(migrationsDirectory);
  schemas.push(await objects());
});

it('keeps every row and value but those that the older schema cannot hold', () => {
  const lost = losses.map(({ name, lost: names }) => [name, names] as const);
  expect(Object.fromEntries(lost.filter(([, names]) => names.length > 0))).toEqual(
    Object.fromEntries(
      Object.entries(unavoidableLosses).map(([name, reasons]) => [
        name,
        Object.keys(reasons).sort(),
      ]),
    ),
  );
});

it('changes nothing of the older schema on the way up, but the version of what is told anew', () => {
  const changed = losses.flatMap(({ name, lostOnTheWayUp: of }) => of.map((what) => [name, what]));
  expect(changed).toEqual([['0007_prerequisites_told', 'courses.version']]);
  expect(losses.length).toBeGreaterThan(5);
});

it('leaves what is over at an end, tells it, and opens no course that was not open', () => {
  expect(coursesOfTheFirst).toEqual([
    { slug: 'closed', status: 'ARCHIVED', enrolled: 0 },
    { slug: 'coming', status: 'ARCHIVED', enrolled: 0 },
    { slug: 'deleted', status: 'ARCHIVED', enrolled: 0 },
    { slug: 'open', status: 'PUBLISHED', enrolled: 2 },
  ]);
  expect(endsOfTheFirst).toEqual([{ told: 'EXPIRED', reason: 'EXPIRED', then: true }]);
});

it('goes up, down to nothing, and up to the same again', async () => {
  expect(found).toEqual({ applied: names, emptied: [], again: names });
  const [first = [], second] = schemas;
  expect(first.length).toBeGreaterThan(50);
  expect(second).toEqual(first);
  expect(await up(migrationsDirectory)).toEqual([]);
});

it('tells the shop of prerequisites and completions from before it asked', async () => {
  await up(migrationsDirectory);
  const [userId, teacherId, first, second] = Array.from({ length: 4 }, () => newId());
  await client.query(
    `INSERT INTO learning.users (id, email, password_hash, display_name, role)
     SELECT id, id::text || '@example.test', '', 'Pat', 'student' FROM unnest($1::uuid[]) AS id`,
    [[userId, teacherId]],
  );
  await client.query(
    `INSERT INTO learning.courses (id, slug, title, level, language, access, status, published_at, available_from, version)
     SELECT id, id::text, 'It''s "one"', 'BEGINNER', 'en', 'FREE', 'PUBLISHED', now(), '2026-03-04T05:06:07.089Z', 7
       FROM unnest($1::uuid[]) AS id`,
    [[first, second]],
  );
  await client.query(
    'INSERT INTO learning.course_instructors (course_id, user_id) VALUES ($1, $2)',
    [second, teacherId],
  );
  await client.query('INSERT INTO learning.course_prerequisites VALUES ($1, $2)', [second, first]);
  await client.query(
    `INSERT INTO learning.enrollments (id, user_id, course_id, source, enrolled_at, status, completed_at)
     VALUES (gen_random_uuid(), $1, $2, 'FREE', now(), 'COMPLETED', now())`,
    [userId, first],
  );
  const file = join(migrationsDirectory, '0007_prerequisites_told/migration.sql');
  await client.query(await readFile(file, 'utf8'));
  const { rows } = await client.query<{ type: EventType; version: number; data: unknown }>(
    'SELECT type, aggregate_version AS version, data FROM learning.outbox ORDER BY type',
  );
  expect(rows).toEqual([
    { type: 'completion.restated', version: 1, data: { userId, courseId: first } },
    {
      type: 'course.changed',
      version: 8,
      data: {
        ...{ courseId: second, slug: second, title: 'It\'s "one"', language: 'en' },
        ...{ status: 'PUBLISHED', availableFrom: '2026-03-04T05:06:07.089Z' },
        ...{ instructorIds: [teacherId], prerequisiteIds: [first] },
      },
    },
  ]);
  for (const { type, data } of rows) eventCatalogue[type].parse(data);
});

const columnTypes: Record<string, string> = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'double precision',
  Boolean: 'boolean',
  DateTime: 'timestamp with time zone',
  Json: 'jsonb',
  'Unsupported("tsvector")': 'tsvector',
};

/** `table.column type` of every column that the Prisma schema names; `?` for those that may be null. */
async function describedColumns(): Promise<string[]> {
  const text = await readFile(join(migrationsDirectory, '../schema.prisma'), 'utf8');
  return [...text.matchAll(/^model \w+ \{\n(.*?)^\}/gms)].flatMap(([, body = '']) => {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1];
    const fields = body.matchAll(/^ {2}(\w+) +(\w+(?:\("\w+"\))?)(\[\])?(\??)(.*)$/gm);
    return [...fields].flatMap(([, name, type = '', list, optional, rest = '']) => {
      const single = rest.includes('@db.Uuid')
        ? 'uuid'
        : rest.includes('@db.Date')
          ? 'date'
          : columnTypes[type];
      if (single === undefined) return []; // a relation
      const known = list === undefined ? single : 'ARRAY';
      return [`${table}.${/@map\("(\w+)"\)/.exec(rest)?.[1] ?? name} ${known}${optional}`];
    });
  });
}

it('makes the very columns that the Prisma schema describes', async () => {
  const { rows } = await client.query<{ column: string }>(
    `SELECT table_name || '.' || column_name || ' ' || data_type ||
            CASE WHEN is_nullable = 'YES' THEN '?' ELSE '' END AS "column"
       FROM information_schema.columns WHERE table_schema = 'learning'
        AND NOT (SELECT relispartition FROM pg_class
                  WHERE oid = format('learning.%I', table_name)::regclass)
        AND table_name NOT IN ('_prisma_migrations', 'outbox', 'inbox', 'dead_letters')`,
  );
  expect((await describedColumns()).sort()).toEqual(rows.map(({ column }) => column).sort());
});
