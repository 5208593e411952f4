import { join } from 'node:path';
import { silentLogger, type Closable } from '@pcc/platform';
import { createTestDatabase, serviceUrls, startPostgresServer, testDirectory } from '@pcc/testkit';
import { createTestRoles, type DatabaseRole } from './postgres/test-roles.js';
import { postgresTemplateDirectory } from './postgres/data-directory.js';
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from './postgres/embedded.js';
import { migratedTemplate, type PostgresMigrations } from './postgres/migrated-template.js';

export { createTestRoles, type DatabaseRole } from './postgres/test-roles.js';
export {
  type ClickHouseHttp,
  type ClickHouseHttpOptions,
  startClickHouseHttp,
} from './clickhouse/testing/http-server.js';
export { startTestRedis, type TestRedis } from './redis/testing/redis-server.js';
export { startTcpProxy, type TcpProxy } from './redis/testing/tcp-proxy.js';

export interface TestPostgres extends Closable {
  /** Of a superuser, for the test itself. */
  readonly url: string;
  /** Of the role that production would use; the superuser's where roles prove nothing. */
  urlOf(role: DatabaseRole): string;
}

/**
 * A Postgres database of the test's own: on the server that TEST_DATABASE_URL names, or embedded.
 * @param migrations that the test will apply: the embedded one has them already, which saves seconds; without, it is empty
 */
export async function startTestPostgres(migrations?: PostgresMigrations): Promise<TestPostgres> {
  const server = serviceUrls().postgres;
  if (server === undefined) return startTestEmbeddedPostgres(migrations);
  const database = await createTestDatabase(server);
  return { ...database, urlOf: () => database.url };
}

/** The same on a server, for suites in which sessions must be real; everybody comes in its least role. */
export async function startTestPostgresServer(): Promise<TestPostgres> {
  const postgres = await startPostgresServer();
  const roles = await createTestRoles(postgres.url);
  return {
    url: postgres.url,
    urlOf: (role) => roles.urlOf(role),
    close: async () => {
      await roles.close();
      await postgres.close();
    },
  };
}

/** The embedded engine whatever the environment names; its cluster is copied from one made once per machine. */
export async function startTestEmbeddedPostgres(
  migrations?: PostgresMigrations,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<TestPostgres & { readonly directory: string }> {
  const folder = await testDirectory();
  const directory = join(folder.path, 'postgres');
  const postgres = await startEmbeddedPostgres({
    directory,
    templateDirectory:
      migrations === undefined ? postgresTemplateDirectory() : await migratedTemplate(migrations),
    logger: silentLogger,
    ...options,
  });
  return {
    url: postgres.url,
    urlOf: () => postgres.url,
    directory,
    close: async () => {
      await postgres.close();
      await folder.close();
    },
  };
}
