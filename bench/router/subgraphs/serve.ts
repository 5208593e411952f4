/** One subgraph as a process: `node serve.js NAME`. Prints its port. As lean as it can be: routers are measured. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execute, parse, validate, type DocumentNode } from 'graphql';
import { schemaOf, type SubgraphName } from './schemas.js';

const name = process.argv[2] as SubgraphName;
const schema = schemaOf(name);
/** What caches may keep; nothing when left out. */
const policy = process.env['CACHE_CONTROL'];
const cacheControl = policy === undefined ? {} : { 'cache-control': policy };
const documents = new Map<string, DocumentNode>();

const documentOf = (query: string): DocumentNode => {
  const known = documents.get(query);
  if (known !== undefined) return known;
  const document = parse(query);
  const [error] = validate(schema, document);
  if (error !== undefined) throw error;
  documents.set(query, document);
  return document;
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    void (async () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        query: string;
        variables?: Record<string, unknown>;
      };
      const result = await execute({
        schema,
        document: documentOf(body.query),
        ...(body.variables === undefined ? {} : { variableValues: body.variables }),
      });
      const text = Buffer.from(JSON.stringify(result));
      response.writeHead(200, {
        'content-type': 'application/json',
        ...cacheControl,
        'content-length': text.length,
      });
      response.end(text);
    })();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
