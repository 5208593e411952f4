export type { Logger } from './logger.js';
export type { MongoServer, MongoServerOptions } from './server.js';
export { startMongoServer } from './server.js';
export { DirectoryInUseError } from './storage/directory-lock.js';
