import { createLogger } from '@pcc/platform';
import { migrateConfig, postgresConfig } from './env.js';
import { readMigrateCommand, usage } from './options.js';
import { dryRun, takeBack } from './postgres.js';

const loggerOf = (env: { readonly LOG_LEVEL: string }) =>
  createLogger({ name: 'migrate', level: env.LOG_LEVEL });

/**
 * Does what the command line asks for. @returns the lines to print
 * @throws ClientError, ConfigError or StoreError, for what a person can mend
 */
export async function runMigrate(
  args: readonly string[],
  source: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const command = readMigrateCommand(args);
  if (command.kind === 'help') return [usage];
  if (command.kind === 'up') {
    const env = migrateConfig(source);
    // The subgraphs take two seconds to load, and only this needs them.
    const { migrateUp } = await import('./up.js');
    return migrateUp(env, loggerOf(env));
  }
  const env = postgresConfig(source);
  const url = env.MIGRATOR_DATABASE_URL;
  return command.kind === 'down'
    ? takeBack(url, command, loggerOf(env))
    : dryRun(url, command.of, loggerOf(env));
}
