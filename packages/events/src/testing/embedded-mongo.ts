import { silentLogger, type Closable } from '@pcc/platform';
import { startEmbeddedMongo } from '@pcc/stores';
import { testDirectory } from '@pcc/testkit';

/** The embedded MongoDB on a folder of its own; never a mongod that this machine happens to have. */
export async function startTestMongo(): Promise<{ url: string } & Closable> {
  const directory = await testDirectory();
  const options = { directory: directory.path, logger: silentLogger, path: '' };
  const server = await startEmbeddedMongo(options);
  return {
    url: server.url,
    async close() {
      await server.close();
      await directory.close();
    },
  };
}
