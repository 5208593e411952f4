import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import type { Logger } from '@pcc/platform';
import { errorMessage, MigrationError, StoreError } from '../errors.js';
import { createDatabase, quoted } from './connect.js';
import { withMigrationLock } from './migration-lock.js';

export interface ClickHouseMigrationOptions {
  /** Made by `connectClickHouse` for the same database. */
  readonly client: ClickHouseClient;
  /** Created if missing. */
  readonly database: string;
  /** Has one folder `NNNN_name` per migration; in it, one statement per `.sql` file, run by file name. */
  readonly directory: string;
  readonly logger: Logger;
  /** Makes every `${engine:X}` a `ReplicatedX`, for a cluster with a Replicated database. */
  readonly replicated?: boolean;
}

interface Statement {
  /** `0001_init/01-user-events.sql` */
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** A long statement sends a header now and then, or the client would take the silence for a failure. */
const unhurried: ClickHouseSettings = {
  max_execution_time: 0,
  send_progress_in_http_headers: 1,
  http_headers_progress_interval_ms: '20000',
};

/**
 * Runs the statements that are not in `schema_migrations` yet, in order.
 *
 * ClickHouse has no transactional DDL, so the unit is one statement: each is recorded as soon as it has run,
 * and a failing run goes on from the statement that failed once that is mended. Write statements so that
 * running one twice does no harm (`IF NOT EXISTS`): a crash may fall between a statement and its record.
 *
 * @returns the migrations (folders) of which at least one statement was run
 * @throws MigrationError for an edited or missing file, an unknown `${…}`, or a failing statement
 */
export async function migrateClickHouse(options: ClickHouseMigrationOptions): Promise<string[]> {
  const { client, database, logger } = options;
  const statements = await readStatements(options.directory);
  await createDatabase(client);
  await createLedger(options);
  return withMigrationLock(options, async (mustHold) => {
    const todo = pendingStatements(statements, await readLedger(client, database));
    const touched = new Set<string>();
    for (const statement of todo) {
      mustHold();
      await run(options, statement);
      touched.add(statement.name.split('/')[0] ?? '');
    }
    for (const migration of touched) logger.info({ database, migration }, 'migrated');
    return [...touched];
  });
}

async function run(options: ClickHouseMigrationOptions, statement: Statement): Promise<void> {
  const { client, database } = options;
  try {
    await client.command({
      query: expand(statement, options.replicated === true),
      clickhouse_settings: unhurried,
    });
  } catch (error) {
    if (error instanceof MigrationError) throw error;
    throw new MigrationError(`${database}: ${statement.name} failed: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  const { name, checksum } = statement;
  await client.insert({
    table: `${database}.schema_migrations`,
    values: [{ name, checksum }],
    format: 'JSONEachRow',
  });
}

async function readStatements(directory: string): Promise<Statement[]> {
  const entries = await readdir(directory, { recursive: true }).catch((error: unknown) => {
    throw new StoreError(`Cannot read migrations: ${errorMessage(error)}`, { cause: error });
  });
  const names = entries
    .map((entry) => entry.replaceAll('\\', '/'))
    .filter((entry) => /^[^/]+\/[^/]+\.sql$/.test(entry))
    .sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(directory, name), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

function pendingStatements(
  statements: readonly Statement[],
  applied: ReadonlyMap<string, string>,
): Statement[] {
  for (const [name, checksum] of applied) {
    const statement = statements.find((candidate) => candidate.name === name);
    if (!statement) throw new MigrationError(`${name} was applied, but its file is missing`);
    if (statement.checksum !== checksum) {
      throw new MigrationError(
        `${name} was edited after it was applied; add a new migration instead`,
      );
    }
  }
  return statements.filter(({ name }) => !applied.has(name));
}

/** The engine is the one thing that differs between a single server and a cluster. */
function expand(statement: Statement, replicated: boolean): string {
  const expanded = statement.text.replaceAll(
    /\$\{engine:(\w*MergeTree)\}/g,
    (_whole, engine: string) => (replicated ? `Replicated${engine}` : engine),
  );
  const unknown = /\$\{[^}]*\}?/.exec(expanded);
  if (unknown) throw new MigrationError(`${statement.name}: unknown placeholder ${unknown[0]}`);
  return expanded.trim().replace(/;$/, '');
}

async function createLedger(options: ClickHouseMigrationOptions): Promise<void> {
  const engine = options.replicated === true ? 'ReplicatedMergeTree' : 'MergeTree';
  await options.client.command({
    query: `CREATE TABLE IF NOT EXISTS ${quoted(options.database)}.schema_migrations
      (name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
      ENGINE = ${engine} ORDER BY name`,
  });
}

async function readLedger(
  client: ClickHouseClient,
  database: string,
): Promise<Map<string, string>> {
  const result = await client.query({
    query: `SELECT name, argMin(checksum, applied_at) AS checksum FROM ${quoted(database)}.schema_migrations GROUP BY name`,
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ name: string; checksum: string }>();
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}
