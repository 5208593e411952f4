export * from './directory.js';
export * from './postgres.js';
export * from './signed-client.js';
export * from './wait-for.js';
