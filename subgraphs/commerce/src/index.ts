export { readCommerceEnv, type CommerceConfig } from './env.js';
export { migrateCommerce, migrationsDirectory } from './migrate.js';
export {
  commerceResolvers,
  commerceTypeDefs,
  startCommerce,
  type CommerceOptions,
  type RunningCommerce,
} from './start.js';
