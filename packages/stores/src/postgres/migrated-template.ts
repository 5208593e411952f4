import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { silentLogger } from '@pcc/platform';
import type pg from 'pg';
import { isInitialised, postgresTemplateDirectory, publishTemplate } from './data-directory.js';
import { startEmbeddedPostgres } from './embedded.js';
import { createLedger } from './ledger.js';
import { migratePostgres, type PostgresMigrationOptions } from './migrate.js';
import { withClient } from './migration-client.js';
import { readMigrations } from './migration-files.js';

/** Which migrations a database has: those of `directory`, in `schema`. */
export type PostgresMigrations = Pick<PostgresMigrationOptions, 'schema' | 'directory'>;

const unusedForMs = 60 * 60_000;

/**
 * A folder for `templateDirectory` of the embedded Postgres in which these migrations are applied: a copy is there in
 * 0.2 s, and a subgraph's migrations take 1.5 s. It is named after what is in it, so edited migrations make another;
 * then those that nobody has used for an hour go. Several processes may ask at once, and die in between.
 *
 * @param places the template of a database without migrations, and what the new one's path begins with
 * @throws MigrationError for migrations that fail
 */
export async function migratedTemplate(
  migrations: PostgresMigrations,
  places = { empty: postgresTemplateDirectory(), beside: postgresTemplateDirectory() },
): Promise<string> {
  const family = `${places.beside}-${migrations.schema}-`;
  const template = `${family}${await fingerprint(migrations)}`;
  if (!(await isInitialised(template))) {
    const making = `${family}${randomUUID()}`;
    try {
      await fill(making, places.empty, migrations);
      await publishTemplate(making, template);
    } finally {
      await rm(making, { recursive: true, force: true });
    }
    await removeUnused(family);
  }
  const now = new Date();
  await utimes(template, now, now);
  return template;
}

/** Of all that decides what the database looks like, our own ledger too. */
async function fingerprint({ directory }: PostgresMigrations): Promise<string> {
  const hash = createHash('sha256').update(createLedger.toString());
  for (const { name, checksum } of await readMigrations(directory)) {
    hash.update(`${name} ${checksum}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

async function fill(directory: string, empty: string, migrations: PostgresMigrations) {
  const logger = silentLogger;
  const postgres = await startEmbeddedPostgres({ directory, templateDirectory: empty, logger });
  try {
    await migratePostgres({ ...migrations, url: postgres.url, logger });
    await withClient(postgres.url, dropSpareDatabases);
  } finally {
    await postgres.close();
  }
}

/** Two thirds of all files to copy are those of databases that nobody can connect to here. */
async function dropSpareDatabases(client: pg.Client): Promise<void> {
  for (const name of ['template0', 'template1']) {
    await client.query(`ALTER DATABASE ${name} IS_TEMPLATE false`);
    await client.query(`DROP DATABASE ${name}`);
  }
}

/** Templates of older migrations, and what processes left that died while they made one. */
async function removeUnused(family: string): Promise<void> {
  const folder = dirname(family);
  const names = await readdir(folder);
  for (const name of names.filter((one) => one.startsWith(basename(family)))) {
    const path = join(folder, name);
    const usedAt = await lastUse(path);
    if (usedAt !== null && Date.now() - usedAt > unusedForMs) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** @returns null when it is gone: others make and remove templates at the same time */
async function lastUse(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
