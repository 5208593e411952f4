/**
 * `npm run schema:compose` prints the published contract into `schema/`;
 * `npm run schema:check` fails when it is stale, does not compose, or breaks clients.
 */
import { checkSchema } from './check.js';
import { printPublished, writePublished } from './documents.js';

const command = process.argv[2];
if (command === 'compose') {
  const published = printPublished();
  await writePublished(published);
  console.log([...published.keys()].map((file) => `wrote ${file}`).join('\n'));
} else if (command === 'check') {
  const problems = await checkSchema();
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log('schema: composed, up to date, nothing breaks');
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  console.error('usage: npm run schema:compose | npm run schema:check');
  process.exitCode = 2;
}
