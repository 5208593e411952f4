export type { LearningConfig } from './config.js';
export { readLearningEnv, type LearningEnv } from './env.js';
export { generateSigningKey } from './features/session/access-token.js';
export { migrateLearning } from './migrate.js';
export { startLearning, type LearningOptions, type RunningLearning } from './start.js';
