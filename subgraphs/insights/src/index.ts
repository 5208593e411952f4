export { readInsightsEnv, type InsightsConfig, type InsightsEnv } from './env.js';
export { migrateInsights } from './migrate.js';
export { resolvers, typeDefs } from './schema.js';
export { startInsights, type InsightsOptions, type RunningInsights } from './start.js';
