import { fileURLToPath } from 'node:url';
import type { Logger } from '@pcc/platform';
import { migratePostgres, migratePostgresDown } from '@pcc/stores';
import { root } from '../root.js';
import type { MigrateCommand, Subgraph } from './options.js';

/** A subgraph's schema has its name. */
const target = (subgraph: Subgraph) => ({
  schema: subgraph,
  directory: fileURLToPath(new URL(`prisma/${subgraph}/migrations`, root)),
});

/** @returns what would be applied, a line for each subgraph @throws MigrationError for what would be refused */
export async function dryRun(
  url: string,
  subgraphs: readonly Subgraph[],
  logger: Logger,
): Promise<string[]> {
  const lines: string[] = [];
  for (const subgraph of subgraphs) {
    const names = await migratePostgres({ ...target(subgraph), url, logger, dryRun: true });
    lines.push(
      `${subgraph}: ${names.length === 0 ? 'up to date' : `would apply ${names.join(', ')}`}`,
    );
  }
  return [...lines, 'Nothing was changed. MongoDB and ClickHouse were not looked at.'];
}

/** @throws MigrationError */
export async function takeBack(
  url: string,
  { subgraph, name, dryRun: dry }: Extract<MigrateCommand, { kind: 'down' }>,
  logger: Logger,
): Promise<string[]> {
  await migratePostgresDown({ ...target(subgraph), url, logger, name, dryRun: dry });
  return [`${subgraph}: ${dry ? 'would take back' : 'took back'} ${name}`];
}
