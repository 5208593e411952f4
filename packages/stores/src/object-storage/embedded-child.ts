/**
 * The embedded object storage in a process of its own, for the suite that kills it. Its argument is the directory;
 * it prints its URL.
 */
import { silentLogger } from '@pcc/platform';
import { startEmbeddedObjectStorage } from './embedded.js';

const [directory = ''] = process.argv.slice(2);
const storage = await startEmbeddedObjectStorage({ directory, logger: silentLogger });
process.stdout.write(`${storage.url}\n`);
