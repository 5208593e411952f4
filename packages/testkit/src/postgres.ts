import { join } from 'node:path';
import { silentLogger, type Closable } from '@pcc/platform';
import { postgresTemplateDirectory, startEmbeddedPostgres } from '@pcc/stores';
import { testDirectory } from './directory.js';

/** An embedded Postgres of the test's own, empty. The cluster is copied from a template, made once per machine. */
export async function startTestPostgres(): Promise<{ url: string } & Closable> {
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
