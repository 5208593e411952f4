import { fileURLToPath } from 'node:url';
import type { Logger } from '@pcc/platform';
import { connectMongo, connectObjectStorage, migrateMongo, migratePostgres } from '@pcc/stores';
import { defaultMongoDatabase, type ContentConfig } from './env.js';
import { bucket } from './features/media-asset/model.js';
import { migrations } from './migrations/index.js';

// `src` and `dist` are equally deep.
export const postgresMigrations = {
  schema: 'content',
  directory: fileURLToPath(new URL('../../../prisma/content/migrations', import.meta.url)),
};

/** Which stores to prepare; a migrator's own URLs may differ from the subgraph's. */
export type ContentMigrationOptions = Pick<
  ContentConfig,
  'databaseUrl' | 'mongoUrl' | 'mongoDatabase' | 's3Url'
> & { readonly logger: Logger };

/**
 * Brings the subgraph's stores up to date: tables, collections, the bucket. Repeating it changes nothing.
 * @returns the migrations applied, by store
 */
export async function migrateContent(options: ContentMigrationOptions): Promise<string[]> {
  const { databaseUrl, mongoUrl, s3Url, logger } = options;
  const inPostgres = await migratePostgres({
    url: databaseUrl,
    ...postgresMigrations,
    logger,
  });
  const database = options.mongoDatabase ?? defaultMongoDatabase;
  const mongo = await connectMongo({ url: mongoUrl, database });
  try {
    const inMongo = await migrateMongo({ ...mongo, migrations: [...migrations], logger });
    const storage = connectObjectStorage({ url: s3Url });
    try {
      await storage.ensureBucket(bucket, { versioned: true });
    } finally {
      await storage.close();
    }
    return [
      ...inPostgres.map((name) => `postgres:${name}`),
      ...inMongo.map((name) => `mongodb:${name}`),
    ];
  } finally {
    await mongo.close();
  }
}
