import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@pcc/platform';
import { testDirectory, type TestDirectory } from '@pcc/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresTemplateDirectory } from './data-directory.js';
import { startEmbeddedPostgres } from './embedded.js';
import { migratedTemplate } from './migrated-template.js';
import { withClient } from './migration-client.js';
import { migratePostgres } from './migrate.js';

let folder: TestDirectory;
beforeAll(async () => {
  folder = await testDirectory();
});
afterAll(() => folder.close());

const file = (name: string, sql: string) => ({ name, sql });
const shelves = file('0001_shelves', 'CREATE TABLE shelves (id int PRIMARY KEY)');
const books = file('0002_books', 'CREATE TABLE books (id int PRIMARY KEY)');

/** Migrations and templates of a test's own; empty databases are copied from the usual place. */
async function library(...files: { name: string; sql: string }[]) {
  const own = join(folder.path, `library-${Math.random()}`);
  const directory = join(own, 'migrations');
  const add = async ({ name, sql }: { name: string; sql: string }) => {
    await mkdir(join(directory, name), { recursive: true });
    await writeFile(join(directory, name, 'migration.sql'), sql);
  };
  for (const one of files) await add(one);
  const migrations = { schema: 'library', directory };
  const templates = join(own, 'templates');
  await mkdir(templates);
  const template = () =>
    migratedTemplate(migrations, {
      empty: postgresTemplateDirectory(),
      beside: join(templates, 'template'),
    });
  return { migrations, templates, add, template };
}

/** Opens a copy of the template. */
async function withCopy<Value>(template: string, work: (url: string) => Promise<Value>) {
  const own = await testDirectory();
  const postgres = await startEmbeddedPostgres({
    directory: own.path,
    templateDirectory: template,
    makeTemplate: false,
    logger: silentLogger,
  });
  try {
    return await work(postgres.url);
  } finally {
    await postgres.close();
    await own.close();
  }
}

describe('a template with migrations', () => {
  it('gives databases in which they are applied, each with tables of its own', async () => {
    const { migrations, template } = await library(shelves, books);
    const made = await template();
    const use = (url: string) =>
      withClient(url, async (client) => {
        expect(await migratePostgres({ ...migrations, url, logger: silentLogger })).toEqual([]);
        await client.query('INSERT INTO library.shelves VALUES (1)');
        const { rows } = await client.query('SELECT * FROM library.shelves, library.books');
        expect(rows).toEqual([]);
      });
    await withCopy(made, use);
    await withCopy(made, use);
  });

  it('is made once, also by two who ask at once', async () => {
    const { template, templates } = await library(shelves);
    const [one, other] = await Promise.all([template(), template()]);
    expect(other).toBe(one);
    expect(await template()).toBe(one);
    expect((await readdir(templates)).map((name) => join(templates, name))).toEqual([one]);
  });

  it('is another one after a new and after an edited migration; unused ones go', async () => {
    const { add, template, templates } = await library(shelves);
    const first = await template();
    await add(books);
    const second = await template();
    expect(second).not.toBe(first);
    const longAgo = new Date(Date.now() - 24 * 60 * 60_000);
    await utimes(first, longAgo, longAgo);
    // Of a process that died while it made one.
    const dead = join(templates, 'template-library-of-the-dead');
    await mkdir(dead);
    await utimes(dead, longAgo, longAgo);
    // Another schema's, which its own suites look after.
    const others = join(templates, 'template-zoo-0123');
    await mkdir(others);
    await utimes(others, longAgo, longAgo);

    await add({ ...books, sql: 'CREATE TABLE books (id bigint PRIMARY KEY)' });
    const third = await template();
    expect([first, second]).not.toContain(third);
    expect([first, dead, others, second, third].map((path) => existsSync(path))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });

  it('is not made of migrations that fail', async () => {
    const { add, template, templates } = await library(shelves, file('0002_bad', 'SELECT 1/0'));
    await expect(template()).rejects.toThrow('0002_bad failed: division by zero');
    expect(await readdir(templates)).toEqual([]);
    await add(file('0002_bad', 'SELECT 1'));
    expect(await template()).toContain('library');
  });
});
