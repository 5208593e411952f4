export { readContentEnv, type ContentConfig } from './env.js';
export { migrateContent, type ContentMigrationOptions } from './migrate.js';
export {
  contentResolvers,
  contentTypeDefs,
  startContent,
  type ContentOptions,
  type RunningContent,
} from './start.js';
