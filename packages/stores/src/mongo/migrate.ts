import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@pcc/platform';
import { type Collection, type Db, type MongoClient, MongoServerError } from 'mongodb';
import { errorMessage, MigrationError } from '../errors.js';

export interface MongoMigration {
  /** `0001_init`: numbered, and never changed once applied. */
  readonly name: string;
  /**
   * MongoDB cannot change collections and indexes in a transaction, so what a failing `up` has done stays:
   * write it so that running it again does no harm.
   */
  up(db: Db, client: MongoClient): Promise<void>;
  down(db: Db, client: MongoClient): Promise<void>;
}

export interface MongoMigrationOptions {
  readonly db: Db;
  readonly client: MongoClient;
  readonly migrations: readonly MongoMigration[];
  readonly logger: Logger;
}

interface LedgerEntry {
  readonly _id: string;
  readonly appliedAt: Date;
}
interface LockEntry {
  readonly _id: 'lock';
  readonly holder: string;
  readonly expiresAt: Date;
}

const duplicateKey = 11_000;
const lockMs = 30_000;
const lockTimeoutMs = 60_000;

const ledgerOf = (db: Db): Collection<LedgerEntry> => db.collection('schema_migrations');

/**
 * Applies the migrations that are not in `schema_migrations` yet, by name. Two runners at once take turns.
 * @returns the names applied, in order
 * @throws MigrationError when one fails, or one was applied that is not in the list
 */
export async function migrateMongo(options: MongoMigrationOptions): Promise<string[]> {
  const { db, client, logger } = options;
  return withLock(db, async () => {
    const applied = await appliedNames(db);
    const sorted = sortedByName(options.migrations);
    const unknown = applied.filter((name) => !sorted.some((one) => one.name === name));
    if (unknown.length > 0) {
      throw new MigrationError(`${unknown.join(', ')} was applied, but is not in this release`);
    }
    const done: string[] = [];
    for (const migration of sorted) {
      if (applied.includes(migration.name)) continue;
      await attempt(migration.name, () => migration.up(db, client));
      await ledgerOf(db).insertOne({ _id: migration.name, appliedAt: new Date() });
      logger.info({ database: db.databaseName, migration: migration.name }, 'migrated');
      done.push(migration.name);
    }
    return done;
  });
}

/** Takes back the newest applied migration. @throws MigrationError when `name` is another one */
export async function migrateMongoDown(
  options: MongoMigrationOptions & { readonly name: string },
): Promise<void> {
  const { db, client, name, logger } = options;
  await withLock(db, async () => {
    const newest = (await appliedNames(db)).at(-1);
    const migration = options.migrations.find((one) => one.name === name);
    if (newest !== name || !migration) {
      throw new MigrationError(
        `${name} is not the newest applied migration (${newest ?? 'none'} is)`,
      );
    }
    await attempt(name, () => migration.down(db, client));
    await ledgerOf(db).deleteOne({ _id: name });
    logger.info({ database: db.databaseName, migration: name }, 'migration taken back');
  });
}

async function appliedNames(db: Db): Promise<string[]> {
  const entries = await ledgerOf(db).find().toArray();
  return entries.map(({ _id }) => _id).sort();
}

const sortedByName = (migrations: readonly MongoMigration[]): MongoMigration[] =>
  [...migrations].sort((one, other) => (one.name < other.name ? -1 : 1));

async function attempt(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw new MigrationError(`${name} failed: ${errorMessage(error)}`, { cause: error });
  }
}

/** One document is the lock, renewed while the work runs; one left by a crash is taken over when it expires. */
async function withLock<Value>(db: Db, work: () => Promise<Value>): Promise<Value> {
  const locks: Collection<LockEntry> = db.collection('schema_migrations_lock');
  const holder = randomUUID();
  const deadline = Date.now() + lockTimeoutMs;
  while (!(await tryLock(locks, holder))) {
    if (Date.now() > deadline) throw new MigrationError('another migration is running; giving up');
    await sleep(100);
  }
  const renew = () =>
    locks.updateOne({ _id: 'lock', holder }, { $set: { expiresAt: inMs(lockMs) } });
  const timer = setInterval(() => void renew().catch(() => undefined), lockMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await locks.deleteOne({ _id: 'lock', holder });
  }
}

async function tryLock(locks: Collection<LockEntry>, holder: string): Promise<boolean> {
  await locks.deleteOne({ _id: 'lock', expiresAt: { $lt: new Date() } });
  try {
    await locks.insertOne({ _id: 'lock', holder, expiresAt: inMs(lockMs) });
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === duplicateKey) return false;
    throw error;
  }
}

const inMs = (ms: number): Date => new Date(Date.now() + ms);
