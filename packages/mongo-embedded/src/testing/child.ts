import { startMongoServer } from '../server.js';

/** For tests that kill the server: serves the directory given as argument, prints its URL. */
const [, , directory = ''] = process.argv;
const { url } = await startMongoServer({ directory });
process.stdout.write(`${url}\n`);
