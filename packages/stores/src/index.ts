export type { Closable } from '@pcc/platform';
export { lockDirectory } from './directory-lock.js';
export { MigrationError, StoreError, StoreInUseError } from './errors.js';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './postgres/embedded.js';
export {
  migratePostgres,
  migratePostgresDown,
  type PostgresMigrationOptions,
} from './postgres/migrate.js';
