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
  /** Written for Federation 1: without `@link`, with `@extends` and `extend type`. */
  readonly isFederation1?: boolean;
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

const imported = [
  ...['@key', '@shareable', '@external', '@requires', '@provides', '@interfaceObject', '@override'],
  ...['@inaccessible', '@tag', '@authenticated', '@requiresScopes', '@policy'],
  ...['@context', '@fromContext', '@cost', '@listSize'],
];
const federation2 = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(imported)})\n`;

const sdlOf = ({ isFederation1, typeDefs }: FakeSubgraphDefinition): string =>
  isFederation1 === true ? typeDefs : federation2 + typeDefs;

/** Starts subgraphs on real HTTP and composes them. */
export async function startFakeGraph(
  definitions: Readonly<Record<string, FakeSubgraphDefinition>>,
): Promise<FakeGraph> {
  const started = await Promise.all(
    Object.entries(definitions).map(([name, definition]) => startFakeSubgraph(name, definition)),
  );
  const composition = composeSupergraph(
    started.map(({ name, url }) => {
      const definition = definitions[name];
      return { name, url, sdl: definition === undefined ? '' : sdlOf(definition) };
    }),
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
  definition: FakeSubgraphDefinition,
): Promise<FakeSubgraph> {
  const { resolvers, cacheControl } = definition;
  const schema = buildSubgraphSchema({
    typeDefs: parse(sdlOf(definition)),
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
