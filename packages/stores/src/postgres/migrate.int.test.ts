import { silentLogger } from '@pcc/platform';
import { testDirectory } from '@pcc/testkit';
import { expect, it } from 'vitest';
import { startTestEmbeddedPostgres } from '../testing.js';
import { migrationContract } from './migrate.contract.js';
import { migratePostgres } from './migrate.js';

migrationContract('migrations on the embedded Postgres', startTestEmbeddedPostgres);

it('gives one clear line when there is no server', async () => {
  const folder = await testDirectory();
  const migrating = migratePostgres({
    url: 'postgresql://postgres@127.0.0.1:1/postgres',
    schema: 'subgraph',
    directory: folder.path,
    logger: silentLogger,
  });
  await expect(migrating).rejects.toThrow(/^Cannot connect to Postgres: .*ECONNREFUSED/);
  await folder.close();
});
