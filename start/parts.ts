/** What the platform is made of, apart from the stores. */
export { migrateCommerce, startCommerce } from '@pcc/commerce';
export { migrateContent, startContent } from '@pcc/content';
export { migrateInsights, startInsights } from '@pcc/insights';
export { generateSigningKey, migrateLearning, startLearning } from '@pcc/learning';
export { startRouter } from '@pcc/router';
