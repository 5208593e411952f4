/**
 * Hive Gateway with its Rust planner as a process: `node hive.mjs SUPERGRAPH_FILE DEDUPLICATION(true|false)`.
 * It stands here because its dependencies do.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';

const [, , file, deduplication] = process.argv;
const deduplicates = deduplication === 'true';
const gateway = createGatewayRuntime({
  supergraph: readFileSync(file, 'utf8'),
  unifiedGraphHandler,
  // Of requests that come in, and of those to subgraphs.
  inboundInflightRequestDeduplication: deduplicates,
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: deduplicates } } },
  logging: false,
  landingPage: false,
  graphiql: false,
  maskedErrors: false,
});
const server = createServer(gateway);
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/\n`);
});
