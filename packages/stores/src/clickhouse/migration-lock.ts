import { setTimeout as sleep } from 'node:timers/promises';
import { ClickHouseError, type ClickHouseClient } from '@clickhouse/client';
import type { Logger } from '@pcc/platform';
import { errorMessage, MigrationError } from '../errors.js';
import { quoted } from './connect.js';

export interface MigrationLockOptions {
  readonly client: ClickHouseClient;
  readonly database: string;
  readonly logger: Logger;
}

/** @throws MigrationError when somebody else has taken the lock over */
export type MustHold = () => void;

const lockTable = 'schema_migrations_lock';
const heartbeatMs = 5_000;
const staleSeconds = 30;
const timeoutMs = 120_000;
const tableAlreadyExists = '57';

/**
 * Lets one runner work at a time. Creating a table is atomic, so a table serves as the lock. Its holder alters it
 * every few seconds; a table that nobody has altered for longer is a dead runner's, and is taken over.
 *
 * @throws MigrationError when another one works for two minutes
 */
export async function withMigrationLock<Value>(
  options: MigrationLockOptions,
  work: (mustHold: MustHold) => Promise<Value>,
): Promise<Value> {
  const { database } = options;
  const lock = lockOf(options);
  const deadline = Date.now() + timeoutMs;
  while (!(await lock.tryCreate())) {
    if (Date.now() > deadline) {
      throw new MigrationError(`${database}: another migration is running (${lockTable} exists)`);
    }
    await lock.removeStale();
    await sleep(200);
  }
  const id = (await lock.read())?.id;
  let lost = false;
  const keep = async () => {
    try {
      if ((await lock.read())?.id === id) await lock.touch();
      else lost = true;
    } catch (error) {
      options.logger.warn({ database, reason: errorMessage(error) }, 'heartbeat failed');
    }
  };
  const timer = setInterval(() => void keep(), heartbeatMs);
  try {
    return await work(() => {
      if (lost) throw new MigrationError(`${database}: another runner has taken over`);
    });
  } finally {
    clearInterval(timer);
    try {
      if ((await lock.read())?.id === id) await lock.drop();
    } catch (error) {
      options.logger.warn({ database, reason: errorMessage(error) }, 'a lock was not released');
    }
  }
}

function lockOf({ client, database }: MigrationLockOptions) {
  const table = `${quoted(database)}.${lockTable}`;
  /** Where a dead runner's lock goes. The name is of that lock alone, so it is moved once. */
  const graveOf = (id: string) => `${quoted(database)}.${quoted(`${lockTable}_${id}`)}`;
  const tables = async () => {
    const result = await client.query({
      query: `SELECT name, toString(uuid) AS id, dateDiff('second', metadata_modification_time, now()) AS age
        FROM system.tables WHERE database = {database:String} AND startsWith(name, {name:String})`,
      query_params: { database, name: lockTable },
      format: 'JSONEachRow',
    });
    return result.json<{ name: string; id: string; age: string | number }>();
  };
  const read = async () => (await tables()).find(({ name }) => name === lockTable);
  return {
    read,
    async tryCreate(): Promise<boolean> {
      try {
        await client.command({ query: `CREATE TABLE ${table} (since DateTime) ENGINE = Memory` });
        return true;
      } catch (error) {
        if (isCode(error, tableAlreadyExists)) return false;
        throw error;
      }
    },
    touch: () =>
      client.command({ query: `ALTER TABLE ${table} MODIFY COMMENT 'alive at ${Date.now()}'` }),
    /** Not by dropping it: of two who find the same one dead, the second would drop the first one's new lock. */
    async removeStale(): Promise<void> {
      const lock = await read();
      if (!lock || Number(lock.age) <= staleSeconds) return;
      try {
        await client.command({ query: `RENAME TABLE ${table} TO ${graveOf(lock.id)}` });
      } catch (error) {
        if (!(error instanceof ClickHouseError)) throw error; // another one was faster
      }
    },
    async drop(): Promise<void> {
      const graves = (await tables()).filter(({ name }) => name !== lockTable);
      await client.command({ query: `DROP TABLE IF EXISTS ${table} SYNC` });
      for (const { name } of graves) {
        await client.command({
          query: `DROP TABLE IF EXISTS ${quoted(database)}.${quoted(name)} SYNC`,
        });
      }
    },
  };
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof ClickHouseError && error.code === code;
