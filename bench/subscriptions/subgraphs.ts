/** Both subgraphs as one process. Prints their ports. As lean as they can be: routers are measured. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse, type DocumentNode, type GraphQLSchema } from 'graphql';
import { courseOf, sdl, titleOf, type Message } from './messages.js';

interface Body {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly payload?: Message;
}

const documents = new Map<string, DocumentNode>();

const chat = buildSubgraphSchema({
  typeDefs: parse(sdl.chat),
  resolvers: {
    Subscription: { messageAdded: { resolve: (message: Message) => message } },
    Message: { course: ({ room }: Message) => courseOf(room) },
  },
});
const catalogue = buildSubgraphSchema({
  typeDefs: parse(sdl.catalogue),
  resolvers: {
    Course: {
      __resolveReference: (reference: { id: string }) => ({
        id: reference.id,
        title: titleOf(reference),
      }),
    },
  },
});

async function answer(schema: GraphQLSchema, path: string, body: Body): Promise<unknown> {
  const { query, variables = {} } = body;
  if (path.endsWith('/open')) {
    return { topics: [String(variables['room'])], position: 0, replayable: true };
  }
  // Nobody is dropped here, so there is nothing that was missed.
  if (path.endsWith('/replay')) return { events: [], complete: true };
  const document = documents.get(query) ?? parse(query);
  documents.set(query, document);
  return execute({ schema, document, rootValue: body.payload, variableValues: variables });
}

function serve(schema: GraphQLSchema): Promise<number> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Body;
      void answer(schema, request.url ?? '', body).then((result) => {
        const text = Buffer.from(JSON.stringify(result));
        response.writeHead(200, {
          'content-type': 'application/json',
          'content-length': text.length,
        });
        response.end(text);
      });
    });
  });
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

process.stdout.write(`${await serve(chat)} ${await serve(catalogue)}\n`);
