/** `npm run migrate`: brings the stores named by URLs up to date. Run once per release, before its processes. */
import { StoreError } from '@pcc/stores';
import { describeFailure } from '../failure.js';
import { environment } from './env.js';
import { runMigrate } from './run.js';

try {
  for (const line of await runMigrate(process.argv.slice(2), environment())) console.log(line);
} catch (error) {
  console.error(error instanceof StoreError ? error.message : describeFailure(error));
  process.exit(1); // a driver that still tries to connect must not hold us up
}
