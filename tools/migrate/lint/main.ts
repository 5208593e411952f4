/** `npm run lint:migrations`: may these migrations run while the release before them still does? */
import { fileURLToPath } from 'node:url';
import { root } from '../../root.js';
import { subgraphs } from '../options.js';
import { checkSubgraph } from './check.js';

let count = 0;
for (const subgraph of subgraphs) {
  const folder = fileURLToPath(new URL(`prisma/${subgraph}`, root));
  for (const { file, line, rule, text } of await checkSubgraph(folder, subgraph)) {
    count++;
    console.error(`prisma/${subgraph}/migrations/${file}:${line} ${rule}: ${text}`);
  }
}
if (count > 0) console.error(`\n${count} problems; docs/migrations.md says how to do it instead`);
process.exitCode = count === 0 ? 0 : 1;
