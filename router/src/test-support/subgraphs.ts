import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/resolverMap.js';
import { graphql, parse } from 'graphql';
import { composeSupergraph } from '../supergraph/compose.js';

export interface FakeSubgraphDefinition {
  readonly typeDefs: string;
  readonly resolvers?: object;
  readonly cacheControl?: string;
}

export interface FakeSubgraph {
  readonly name: string;
  readonly url: string;
  /** Bodies that came in, in order. */
  readonly requests: { query: string; variables: Record<string, unknown> }[];
  readonly headers: Record<string, string | string[] | undefined>[];
  /** Replaces the answer: a status and a raw body. `null` restores. */
  answerWith(raw: { status: number; body: string } | null): void;
  close(): Promise<void>;
}

export interface FakeGraph {
  readonly supergraphSdl: string;
  readonly subgraphs: Readonly<Record<string, FakeSubgraph>>;
  readonly urls: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@interfaceObject", "@inaccessible", "@override"])\n`;

/** Starts subgraphs on real HTTP and composes them. */
export async function startFakeGraph(
  definitions: Readonly<Record<string, FakeSubgraphDefinition>>,
): Promise<FakeGraph> {
  const started = await Promise.all(
    Object.entries(definitions).map(([name, definition]) => startFakeSubgraph(name, definition)),
  );
  const composition = composeSupergraph(
    started.map(({ name, url }) => ({
      name,
      url,
      sdl: federation + (definitions[name]?.typeDefs ?? ''),
    })),
  );
  if ('errors' in composition) throw new Error(composition.errors.join('\n'));
  return {
    supergraphSdl: composition.supergraphSdl,
    subgraphs: Object.fromEntries(started.map((subgraph) => [subgraph.name, subgraph])),
    urls: Object.fromEntries(started.map(({ name, url }) => [name, url])),
    close: async () => {
      await Promise.all(started.map((subgraph) => subgraph.close()));
    },
  };
}

async function startFakeSubgraph(
  name: string,
  { typeDefs, resolvers, cacheControl }: FakeSubgraphDefinition,
): Promise<FakeSubgraph> {
  const schema = buildSubgraphSchema({
    typeDefs: parse(federation + typeDefs),
    resolvers: (resolvers ?? {}) as GraphQLResolverMap<unknown>,
  });
  const requests: FakeSubgraph['requests'] = [];
  const headers: FakeSubgraph['headers'] = [];
  let raw: { status: number; body: string } | null = null;
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      headers.push(request.headers);
      const body = JSON.parse(text === '' ? '{}' : text) as FakeSubgraph['requests'][number];
      requests.push(body);
      response.setHeader('content-type', 'application/json');
      if (cacheControl !== undefined) response.setHeader('cache-control', cacheControl);
      if (raw !== null) {
        response.statusCode = raw.status;
        response.end(raw.body);
        return;
      }
      const result = await graphql({
        schema,
        source: body.query,
        variableValues: body.variables,
        contextValue: { headers: request.headers },
      });
      response.end(JSON.stringify(result));
    })();
  });
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    name,
    url: `http://127.0.0.1:${port}/graphql`,
    requests,
    headers,
    answerWith: (answer) => {
      raw = answer;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const listen = (server: Server) =>
  new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
