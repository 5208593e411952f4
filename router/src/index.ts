export { startRouter, type RouterOptions, type RunningRouter } from './container.js';
export {
  defaultLimits,
  defaultRateLimits,
  type Limits,
  type RateLimits,
  type RouterConfig,
} from './config.js';
export { readRouterEnv, type RouterEnv } from './env.js';
export {
  composeSupergraph,
  type Composition,
  type SubgraphDefinition,
} from './supergraph/compose.js';
