import { fileURLToPath } from 'node:url';
import type { Logger } from '@pcc/platform';
import { migratePostgres } from '@pcc/stores';
import { schema } from './database.js';

/** The same from `src` and from `dist`. */
export const migrationsDirectory = fileURLToPath(
  new URL('../../../prisma/learning/migrations', import.meta.url),
);

export const postgresMigrations = { schema, directory: migrationsDirectory };

/** Brings the schema `learning` up to date. @returns the names of the migrations that were applied now */
export const migrateLearning = (options: {
  readonly databaseUrl: string;
  readonly logger: Logger;
}): Promise<string[]> =>
  migratePostgres({
    url: options.databaseUrl,
    ...postgresMigrations,
    logger: options.logger,
  });
