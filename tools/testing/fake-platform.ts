import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { graphql, type GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { graphqlClient, type GraphqlClient } from '../client/graphql-client.js';
import { apiSchemaOf } from '../schema/check.js';
import { printPublished, supergraphFile } from '../schema/documents.js';

/** The real graph, composed from the SDL beside the features: what the tools send is checked against it. */
export const composedSchema = (): GraphQLSchema =>
  apiSchemaOf(printPublished().get(supergraphFile) ?? '');

export interface FakeContext {
  readonly authorization: string | undefined;
}
type Resolver = (args: never, context: FakeContext) => unknown;

export interface FakePlatform {
  readonly client: GraphqlClient;
  /** The operations it was asked for, in order. */
  readonly requests: string[];
  /** After so many more requests it answers none, as if it had been killed. */
  answersLeft: number;
  close(): Promise<void>;
}

/** Answers in the shape of the real graph, from resolvers of the test's own. Fields without one are null. */
export async function startFakePlatform(
  schema: GraphQLSchema,
  resolvers: Readonly<Record<string, Resolver>>,
): Promise<FakePlatform> {
  const state = { answersLeft: Number.POSITIVE_INFINITY };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const answer = async () => {
      const { query, variables, operationName } = JSON.parse(await text(request)) as {
        query: string;
        variables: Record<string, unknown>;
        operationName: string;
      };
      state.answersLeft -= 1;
      if (state.answersLeft < 0) throw new Error('killed');
      requests.push(operationName);
      const result = await graphql({
        schema,
        source: query,
        rootValue: resolvers,
        variableValues: variables,
        operationName,
        contextValue: { authorization: request.headers.authorization },
      });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(result));
    };
    answer().catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const disposable = useServer(
    {
      schema,
      roots: { subscription: resolvers },
      context: ({ connectionParams }) => ({ authorization: connectionParams?.['authorization'] }),
      onConnect: ({ connectionParams }) => connectionParams?.['authorization'] !== 'Bearer expired',
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    client: graphqlClient({ url: new URL(`http://127.0.0.1:${port}/graphql`) }),
    requests,
    async close() {
      await disposable.dispose();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
