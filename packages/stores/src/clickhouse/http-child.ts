/**
 * The embedded ClickHouse over HTTP in a process of its own, for the suites that kill it. Its argument is the
 * directory; it prints its URL.
 */
import { startClickHouseHttp } from './testing/http-server.js';

const [directory = ''] = process.argv.slice(2);
const server = await startClickHouseHttp({ directory });
process.stdout.write(`${server.url}\n`);
