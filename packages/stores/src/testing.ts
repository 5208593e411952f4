import { join } from 'node:path';
import { silentLogger, type Closable } from '@pcc/platform';
import { createTestDatabase, serviceUrls, testDirectory } from '@pcc/testkit';
import { postgresTemplateDirectory } from './postgres/data-directory.js';
import { type EmbeddedPostgresOptions, startEmbeddedPostgres } from './postgres/embedded.js';

export { createTestRoles, type DatabaseRole } from './postgres/test-roles.js';

/** An empty Postgres database of the test's own: on the server that TEST_DATABASE_URL names, or embedded. */
export async function startTestPostgres(): Promise<{ url: string } & Closable> {
  const server = serviceUrls().postgres;
  return server === undefined ? startTestEmbeddedPostgres() : createTestDatabase(server);
}

/** The embedded engine whatever the environment names; its cluster is copied from one made once per machine. */
export async function startTestEmbeddedPostgres(
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<{ url: string; directory: string } & Closable> {
  const folder = await testDirectory();
  const directory = join(folder.path, 'postgres');
  const postgres = await startEmbeddedPostgres({
    directory,
    templateDirectory: postgresTemplateDirectory(),
    logger: silentLogger,
    ...options,
  });
  return {
    url: postgres.url,
    directory,
    close: async () => {
      await postgres.close();
      await folder.close();
    },
  };
}
