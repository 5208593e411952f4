export * from './context.js';
export * from './errors.js';
export * from './payload.js';
export * from './scalars.js';
export * from './subgraph-server.js';
export * from './subscription.js';
export * from './type-defs.js';
