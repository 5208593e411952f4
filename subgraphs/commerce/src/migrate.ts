import { fileURLToPath } from 'node:url';
import type { Logger } from '@pcc/platform';
import { migratePostgres } from '@pcc/stores';
import { schemaName } from './database.js';

/** prisma/commerce at the root; src/ and dist/ are equally deep. */
export const migrationsDirectory = fileURLToPath(
  new URL('../../../prisma/commerce/migrations', import.meta.url),
);

export const postgresMigrations = { schema: schemaName, directory: migrationsDirectory };

/** Brings commerce's schema up to date. @returns the names of the migrations applied now */
export const migrateCommerce = (options: {
  readonly databaseUrl: string;
  readonly logger: Logger;
}): Promise<string[]> =>
  migratePostgres({
    url: options.databaseUrl,
    ...postgresMigrations,
    logger: options.logger,
  });
