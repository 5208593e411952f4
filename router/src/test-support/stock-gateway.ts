import { ApolloGateway } from '@apollo/gateway';
import { parse, type GraphQLFormattedError, type GraphQLError } from 'graphql';
import { disableApolloTelemetry } from '../env.js';
import { plannerConfig } from '../planning/operation-planner.js';

export interface PlainResult {
  data?: unknown;
  errors?: readonly GraphQLFormattedError[];
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The executor that we replace, as the reference for ours. */
export async function startStockGateway(supergraphSdl: string) {
  disableApolloTelemetry();
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: silent,
    queryPlannerConfig: plannerConfig,
  });
  const { executor } = await gateway.load();
  return {
    async run(query: string, variables: Record<string, unknown> = {}): Promise<PlainResult> {
      const result = await executor({
        document: parse(query),
        request: { query, variables },
        operationName: null,
        queryHash: query + JSON.stringify(variables),
        source: query,
        context: {},
        logger: silent,
        cache: undefined,
        metrics: {},
      } as unknown as Parameters<typeof executor>[0]);
      // The gateway hides nulls that violate the schema in extensions; ours are proper errors.
      const hidden = result.extensions?.['valueCompletion'] as GraphQLError[] | undefined;
      const errors: readonly GraphQLError[] | undefined = result.errors ?? hidden;
      return JSON.parse(
        JSON.stringify({ data: result.data ?? null, ...(errors === undefined ? {} : { errors }) }),
      ) as PlainResult;
    },
    close: () => gateway.stop(),
  };
}
