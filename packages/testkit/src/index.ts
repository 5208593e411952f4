export * from './directory.js';
export * from './graph-client.js';
export * from './platform-process.js';
export * from './postgres.js';
export * from './seed.js';
export * from './signed-client.js';
export * from './wait-for.js';
