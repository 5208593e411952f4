/** A runner in a process of its own, for the suites that kill it: URL, schema and directory are its arguments. */
import { createLogger } from '@pcc/platform';
import { migratePostgres } from './migrate.js';

const [url = '', schema = '', directory = ''] = process.argv.slice(2);
await migratePostgres({
  url,
  schema,
  directory,
  // A line for each migration that it knows to be applied.
  logger: createLogger({ name: 'runner', level: 'info' }, process.stdout),
});
