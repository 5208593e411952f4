/**
 * The embedded Postgres in a process of its own, for the suites that kill it. Its arguments are the directory,
 * and the template's if there is to be one; it prints its URL. Built, because it starts a worker thread.
 */
import { silentLogger } from '@pcc/platform';
import { startEmbeddedPostgres } from '@pcc/stores';

const [directory = '', templateDirectory] = process.argv.slice(2);
const postgres = await startEmbeddedPostgres({
  directory,
  logger: silentLogger,
  ...(templateDirectory === undefined ? {} : { templateDirectory }),
});
process.stdout.write(`${postgres.url}\n`);
