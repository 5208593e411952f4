import { describe, expect, it } from 'vitest';
import { checkMigrations, type MigrationSource } from './check.js';

const prisma = `
enum Mood {
  GOOD
  @@map("mood")
}

model Person {
  id    String @id @db.Uuid
  email String
  name  String @map("display_name")
  seats Seat[]

  @@map("people")
}

model Seat {
  id     String @id
  person Person @relation(fields: [id], references: [id])

  @@map("seats")
}
`;

const first = `
CREATE TABLE "school"."people" (
  "id" UUID PRIMARY KEY, "email" TEXT NOT NULL, "display_name" VARCHAR(20), "nickname" TEXT,
  "age" INTEGER, "height" NUMERIC(5, 2), "at" TIMESTAMPTZ(3)
);
CREATE TABLE "school"."seats" ("id" UUID);
CREATE TABLE "school"."rooms" ("id" UUID);
CREATE TYPE "school"."mood" AS ENUM ('GOOD');
CREATE TYPE "school"."size" AS ENUM ('S');`;

const migration = (name: string, up: string, down: string | undefined = 'SELECT 1') => ({
  name,
  up,
  down,
});
const check = (...later: MigrationSource[]) =>
  checkMigrations('school', [migration('0001_init', first), ...later], prisma);
/** The rules that one migration after the first breaks. */
const rulesFor = async (sql: string) =>
  (await check(migration('0002_next', sql))).map(({ rule }) => rule);

const bare = '-- no-transaction\n';
const contract = '-- contract: removed from the code in 0001\n';
const people = 'ALTER TABLE "school"."people"';

describe('a migration that lets the release before it run on', () => {
  it.each([
    [
      'an index of a materialized view that it makes',
      'CREATE MATERIALIZED VIEW v AS SELECT 1 AS a; CREATE UNIQUE INDEX ON v (a)',
    ],
    [
      'a new table, with anything',
      'CREATE TABLE a (b int NOT NULL UNIQUE); CREATE INDEX ON a (b); ALTER TABLE a ADD c int NOT NULL, ALTER b TYPE bigint, DROP c',
    ],
    ['a column that may be null', `${people} ADD "note" TEXT`],
    ['a column with a constant default', `${people} ADD "note" TEXT NOT NULL DEFAULT ''`],
    [
      'a column with a default of the moment',
      `${people} ADD "since" TIMESTAMPTZ NOT NULL DEFAULT now()`,
    ],
    [
      'an index without a lock',
      `${bare}CREATE INDEX CONCURRENTLY "i" ON "school"."people" ("email")`,
    ],
    ['dropping one', `${bare}DROP INDEX CONCURRENTLY "school"."i"`],
    [
      'an index of a partitioned table alone',
      'CREATE INDEX "i" ON ONLY "school"."people" ("email")',
    ],
    ['a constraint from a ready index', `${people} ADD CONSTRAINT "k" UNIQUE USING INDEX "i"`],
    [
      'a wider column',
      `${people} ALTER "display_name" TYPE VARCHAR(40), ALTER "height" TYPE NUMERIC(7, 2)`,
    ],
    [
      'an unbounded column',
      `${people} ALTER "display_name" TYPE TEXT, ALTER "at" TYPE TIMESTAMPTZ`,
    ],
    [
      'loosening',
      `${people} ALTER "email" DROP NOT NULL, ALTER "age" DROP DEFAULT, DROP CONSTRAINT "c"`,
    ],
    [
      'functions, triggers, rows',
      `CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; DROP TABLE people;'; UPDATE "school"."people" SET "age" = 1`,
    ],
    ['renaming an index', 'ALTER INDEX "school"."i" RENAME TO "j"'],
    ['a setting of its own transaction', `SET LOCAL lock_timeout = '5s'`],
    ['dropping a column that the code has left', `${contract}${people} DROP "nickname"`],
    ['dropping a table that the code has left', `${contract}DROP TABLE "school"."rooms"`],
    ['dropping a type that the code has left', `${contract}DROP TYPE "school"."size"`],
    ['renaming what the code has left', `${contract}${people} RENAME "nickname" TO "old_name"`],
  ])('may have %s', async (_what, sql) => {
    expect(await rulesFor(sql)).toEqual([]);
  });
});

describe('a migration', () => {
  it.each([
    ['a NOT NULL column without a default', `${people} ADD "note" TEXT NOT NULL`, ['not-null']],
    ['a serial column', `${people} ADD "n" SERIAL`, ['rewrite']],
    ['an identity column', `${people} ADD "n" INT GENERATED ALWAYS AS IDENTITY`, ['rewrite']],
    [
      'a stored generated column',
      `${people} ADD "n" INT GENERATED ALWAYS AS ("age" + 1) STORED`,
      ['rewrite'],
    ],
    [
      'a default for each row',
      `${people} ADD "n" UUID NOT NULL DEFAULT gen_random_uuid()`,
      ['rewrite'],
    ],
    ['a unique column', `${people} ADD "n" INT UNIQUE`, ['blocking-index']],
    ['a checked column', `${people} ADD "n" INT CHECK ("n" > 0)`, ['not-valid']],
    [
      'a referring column',
      `${people} ADD "n" UUID REFERENCES "school"."seats" ("id")`,
      ['not-valid'],
    ],
    ['another type', `${people} ALTER "age" TYPE BIGINT`, ['rewrite']],
    [
      'a narrower type',
      `${people} ALTER "display_name" TYPE VARCHAR(10), ALTER "height" TYPE NUMERIC(7, 3)`,
      ['rewrite', 'rewrite'],
    ],
    [
      'a type by an expression',
      `${people} ALTER "nickname" TYPE TEXT USING upper("nickname")`,
      ['rewrite'],
    ],
    ['another kind of table', `${people} SET UNLOGGED`, ['rewrite']],
    ['SET NOT NULL', `${people} ALTER "age" SET NOT NULL`, ['not-valid']],
    ['a check at once', `${people} ADD CONSTRAINT "c" CHECK ("age" > 0)`, ['not-valid']],
    [
      'a foreign key at once',
      `${people} ADD CONSTRAINT "c" FOREIGN KEY ("id") REFERENCES "school"."seats" ("id")`,
      ['not-valid'],
    ],
    ['a unique constraint', `${people} ADD CONSTRAINT "c" UNIQUE ("email")`, ['blocking-index']],
    ['a primary key', `${people} ADD PRIMARY KEY ("email")`, ['blocking-index']],
    ['an index', 'CREATE INDEX "i" ON "school"."people" ("email")', ['blocking-index']],
    [
      'an index, the schema being its own',
      'CREATE UNIQUE INDEX "i" ON people ("email")',
      ['blocking-index'],
    ],
    ['dropping an index', 'DROP INDEX "school"."i"', ['blocking-index']],
    [
      'CONCURRENTLY in a transaction',
      'CREATE INDEX CONCURRENTLY "i" ON "school"."people" ("email")',
      ['no-transaction'],
    ],
    [
      'no schema outside a transaction',
      `${bare}CREATE INDEX CONCURRENTLY "i" ON people ("email")`,
      ['no-transaction'],
    ],
    [
      'two statements outside a transaction',
      `${bare}CREATE INDEX CONCURRENTLY "i" ON "school"."people" ("email"); SELECT 1`,
      ['no-transaction'],
    ],
    ['dropping a column', `${people} DROP "nickname"`, ['contract']],
    [
      'dropping a column in use, declared or not',
      `${contract}${people} DROP "display_name"`,
      ['contract'],
    ],
    ['dropping a table', 'DROP TABLE "school"."rooms"', ['contract']],
    ['dropping a table in use', `${contract}DROP TABLE "school"."seats"`, ['contract']],
    ['dropping a type in use', `${contract}DROP TYPE "school"."mood"`, ['contract']],
    ['dropping a type', 'DROP TYPE "school"."size"', ['contract']],
    ['dropping the schema', `${contract}DROP SCHEMA "school" CASCADE`, ['contract']],
    ['renaming a column', `${people} RENAME "nickname" TO "n"`, ['contract']],
    [
      'renaming a column in use',
      `${contract}${people} RENAME COLUMN "email" TO "mail"`,
      ['contract'],
    ],
    ['renaming a table', `${people} RENAME TO "persons"`, ['contract']],
    ['renaming a type', 'ALTER TYPE "school"."size" RENAME TO "extent"', ['contract']],
    ['another schema', `${people} SET SCHEMA "public"`, ['contract']],
    ['an empty declaration', `-- contract:\n${people} DROP "nickname"`, ['contract']],
    ['a transaction of its own', 'BEGIN; SELECT 1; COMMIT', ['transaction', 'transaction']],
    ['a setting that stays', `SET search_path TO "school"`, ['transaction']],
    ['what is no SQL', 'ALTER TABEL x', ['syntax']],
  ])('may not have %s', async (_what, sql, rules) => {
    expect(await rulesFor(sql)).toEqual(rules);
  });

  it('adds a constraint unchecked and validates it later, and may then demand a value', async () => {
    const add = `${people} ADD CONSTRAINT "age_known" CHECK ("age" IS NOT NULL) NOT VALID;`;
    const validate = `${people} VALIDATE CONSTRAINT "age_known";`;
    const demand = `${people} ALTER "age" SET NOT NULL;`;
    const rules = async (...sql: string[]) =>
      (await check(...sql.map((up, index) => migration(`000${index + 2}_step`, up)))).map(
        ({ rule, file }) => `${file} ${rule}`,
      );
    expect(await rules(add, validate + demand)).toEqual([]);
    expect(await rules(add, demand, validate)).toEqual(['0003_step/migration.sql not-valid']);
    expect(await rules(add + validate)).toEqual(['0002_step/migration.sql not-valid']);
    expect(await rules(add)).toEqual(['0002_step/migration.sql not-valid']);
  });

  it('has a way back', async () => {
    const down = async (sql: string | undefined) =>
      (await check({ name: '0002_next', up: 'SELECT 1', down: sql })).map(({ rule }) => rule);
    expect(await down(undefined)).toEqual(['down']);
    expect(await down('-- nothing\n')).toEqual(['down']);
    expect(await down('DROP TABEL x')).toEqual(['syntax']);
    expect(await down(`${bare}SELECT 1; SELECT 2`)).toEqual(['no-transaction']);
    expect(await down('DROP TABLE "school"."people"')).toEqual([]);
  });

  it('is told with file, line and what to do instead', async () => {
    const sql = `-- Ümlaute count as one.\n\nSELECT 1;\n/* and\nthis */ ${people} DROP "nickname";`;
    expect(await check(migration('0002_next', sql))).toEqual([
      {
        file: '0002_next/migration.sql',
        line: 5,
        rule: 'contract',
        text: expect.stringContaining('the column "people"."nickname" goes') as string,
      },
    ]);
  });
});
