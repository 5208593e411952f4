export type { Closable } from '@pcc/platform';
export { lockDirectory } from './directory-lock.js';
export { MigrationError, StoreError, StoreInUseError } from './errors.js';

export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './postgres/embedded.js';
export { postgresTemplateDirectory } from './postgres/data-directory.js';
export { migratePostgres, type PostgresMigrationOptions } from './postgres/migrate.js';
export { migratePostgresDown } from './postgres/migrate-down.js';

export {
  type EmbeddedClickHouse,
  type EmbeddedClickHouseConnection,
  startEmbeddedClickHouse,
} from './clickhouse/embedded.js';
export { type ClickHouse, type ClickHouseTarget, connectClickHouse } from './clickhouse/connect.js';
export { type ClickHouseMigrationOptions, migrateClickHouse } from './clickhouse/migrate.js';

export {
  type EmbeddedObjectStorage,
  startEmbeddedObjectStorage,
} from './object-storage/embedded.js';
export {
  connectObjectStorage,
  type ObjectStorage,
  type PostAllowance,
  type PresignedPost,
} from './object-storage/connect.js';
export { parseS3Url, type S3Location } from './object-storage/s3-url.js';

export { redisPorts } from './redis/connect.js';
export {
  entityTag,
  generationKey,
  generationSeconds,
  newGeneration,
  renewGenerations,
  viewerTag,
} from './redis/entity-generations.js';
export type {
  CacheEntry,
  KeyValueCache,
  LiveSession,
  Lock,
  PubSub,
  PubSubMessage,
  RateLimit,
  RateLimiter,
  RateLimitResult,
  RedisPorts,
  SessionStore,
  Unsubscribe,
} from './redis/ports.js';

export { connectMongo, type Mongo } from './mongo/connect.js';
export {
  type EmbeddedMongo,
  type EmbeddedMongoOptions,
  startEmbeddedMongo,
} from './mongo/embedded.js';
export {
  migrateMongo,
  migrateMongoDown,
  type MongoMigration,
  type MongoMigrationOptions,
} from './mongo/migrate.js';
