import { parseArgs } from 'node:util';
import { ClientError } from '../client/errors.js';

export const subgraphs = ['learning', 'commerce', 'content', 'insights'] as const;
export type Subgraph = (typeof subgraphs)[number];

/** What the command line asks for. */
export type MigrateCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'up' }
  | { readonly kind: 'dry run'; readonly of: readonly Subgraph[] }
  | {
      readonly kind: 'down';
      readonly subgraph: Subgraph;
      readonly name: string;
      readonly dryRun: boolean;
    };

export const usage = `usage: npm run migrate                                         all stores, up to date
       npm run migrate -- --dry-run [--subgraph NAME]         what that would apply to Postgres
       npm run migrate -- --down MIGRATION --subgraph NAME    takes the newest migration back
                          [--dry-run]                         or only says whether that would be refused
  NAME         ${subgraphs.join(', ')}
  MIGRATION    as its folder under prisma/NAME/migrations: 0002_example
The stores are MIGRATOR_DATABASE_URL (all that --dry-run and --down need), MONGODB_URL, CLICKHOUSE_URL and S3_URL.`;

/** @throws ClientError, or what `parseArgs` throws, for arguments that make no sense */
export function readMigrateCommand(args: readonly string[]): MigrateCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'dry-run': { type: 'boolean', default: false },
      down: { type: 'string' },
      subgraph: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const dryRun = values['dry-run'];
  const subgraph = readSubgraph(values.subgraph);
  if (values.help) return { kind: 'help' };
  if (values.down !== undefined) {
    if (subgraph === undefined) throw new ClientError('--down needs --subgraph');
    return { kind: 'down', subgraph, name: values.down, dryRun };
  }
  if (dryRun) return { kind: 'dry run', of: subgraph === undefined ? subgraphs : [subgraph] };
  if (subgraph !== undefined) throw new ClientError('--subgraph goes with --dry-run or --down');
  return { kind: 'up' };
}

function readSubgraph(given: string | undefined): Subgraph | undefined {
  const known = subgraphs.find((subgraph) => subgraph === given);
  if (given !== undefined && known === undefined) {
    throw new ClientError(`there is no subgraph ${given}: ${subgraphs.join(', ')}`);
  }
  return known;
}
