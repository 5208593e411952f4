/** The stock router as a process: ApolloServer with `@apollo/gateway`. `node stock.js SUPERGRAPH_FILE` */
import { readFileSync } from 'node:fs';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

process.env['APOLLO_GATEWAY_TELEMETRY_DISABLED'] = 'true';
const silent = { debug() {}, info() {}, warn() {}, error: console.error };
const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(process.argv[2] ?? '', 'utf8'),
  logger: silent,
});
const server = new ApolloServer({ gateway, logger: silent, stopOnTerminationSignals: false });
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
process.stdout.write(`${url}\n`);
