/**
 * A migration in a process of its own, for the suites that run several and kill them. Its arguments are the URL,
 * the database and the folder; it prints what it ran as JSON.
 */
import { silentLogger } from '@pcc/platform';
import { connectClickHouse } from './connect.js';
import { migrateClickHouse } from './migrate.js';

const [url = '', database = '', directory = ''] = process.argv.slice(2);
const store = connectClickHouse({ url, database });
const migrated = await migrateClickHouse({
  client: store.client,
  database,
  directory,
  logger: silentLogger,
});
process.stdout.write(`${JSON.stringify(migrated)}\n`);
await store.close();
