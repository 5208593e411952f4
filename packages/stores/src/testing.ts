import { join } from 'node:path';
import { silentLogger, type Closable } from '@pcc/platform';
import { createTestDatabase, serviceUrls, testDirectory } from '@pcc/testkit';
import { postgresTemplateDirectory } from './postgres/data-directory.js';
import { startEmbeddedPostgres } from './postgres/embedded.js';

/**
 * An empty Postgres database of the test's own: on the server that TEST_DATABASE_URL names, or embedded,
 * its cluster copied from a template that is made once per machine.
 */
export async function startTestPostgres(): Promise<{ url: string } & Closable> {
  const server = serviceUrls().postgres;
  if (server !== undefined) return createTestDatabase(server);
  const directory = await testDirectory();
  const postgres = await startEmbeddedPostgres({
    directory: join(directory.path, 'postgres'),
    templateDirectory: postgresTemplateDirectory(),
    logger: silentLogger,
  });
  return {
    url: postgres.url,
    close: async () => {
      await postgres.close();
      await directory.close();
    },
  };
}
