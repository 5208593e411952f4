import type { IncomingMessage } from 'node:http';
import {
  execute,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { AppError } from '../errors.js';
import {
  parseJsonObject,
  readBody,
  sendJson,
  type Route,
  type RouteContext,
} from '../http-server.js';
import type { RequestContext } from './context.js';
import { formatGraphQLError } from './errors.js';
import { handlersOf, type SubscriptionHandlers } from './subscription.js';

const bodyLimit = 1024 * 1024;

type ContextOf = (request: IncomingMessage, context: RouteContext) => Promise<RequestContext>;

/** A client's subscription, parsed and checked against the schema. */
interface Operation {
  readonly document: DocumentNode;
  readonly variables: Record<string, unknown>;
  readonly args: unknown;
  readonly handlers: SubscriptionHandlers<unknown, RequestContext, unknown>;
}

/**
 * The three internal calls of a subscription: `open` authorizes and names topics, `replay` reads missed
 * messages from the store, `resolve` runs the selection over one message.
 */
export function subscriptionRoutes(
  schema: GraphQLSchema,
  contextOf: ContextOf,
): Record<string, Route> {
  const parsed = documentCache(schema);

  const route =
    (
      act: (
        operation: Operation,
        body: Record<string, unknown>,
        context: RequestContext,
      ) => Promise<unknown>,
    ): Route =>
    async (request, response, routeContext) => {
      const context = await contextOf(request, routeContext);
      const body = parseJsonObject(await readBody(request, bodyLimit));
      try {
        sendJson(response, 200, await act(operationOf(schema, parsed, body), body, context));
      } catch (error) {
        sendJson(response, 200, { errors: [shownError(error, context)] });
      }
    };

  return {
    '/internal/subscriptions/open': route(async ({ handlers, args }, _body, context) => ({
      ...(await handlers.open(args, context)),
      replayable: handlers.replay !== undefined,
      positionArgument: handlers.positionArgument,
    })),
    '/internal/subscriptions/replay': route(async ({ handlers, args }, body, context) => {
      if (handlers.replay === undefined) {
        throw new AppError('BAD_USER_INPUT', 'This subscription cannot be replayed.');
      }
      // Opening again authorizes again: a right may have been lost since.
      await handlers.open(args, context);
      return handlers.replay(args, context, Number(body['after'] ?? 0));
    }),
    '/internal/subscriptions/resolve': route(async ({ document, variables }, body, context) => {
      const result = await execute({
        schema,
        document,
        rootValue: body['payload'],
        contextValue: context,
        variableValues: variables,
      });
      const errors = result.errors?.map((error) => shownError(error, context));
      return { data: result.data, ...(errors === undefined ? {} : { errors }) };
    }),
  };
}

const shownError = (error: unknown, context: RequestContext) =>
  formatGraphQLError(error instanceof GraphQLError ? error.toJSON() : { message: '' }, error, {
    log: context.log,
    requestId: context.identity.requestId,
  });

/** Thousands of subscriptions share a few texts: each is parsed and validated once. */
function documentCache(schema: GraphQLSchema) {
  const maximum = 500;
  const cache = new Map<string, DocumentNode>();
  return (query: string): DocumentNode => {
    const known = cache.get(query);
    if (known !== undefined) return known;
    const document = parse(query);
    const [problem] = validate(schema, document);
    if (problem !== undefined) throw problem;
    const [oldest] = cache.keys();
    if (cache.size >= maximum && oldest !== undefined) cache.delete(oldest);
    cache.set(query, document);
    return document;
  };
}

function operationOf(
  schema: GraphQLSchema,
  parsed: (query: string) => DocumentNode,
  body: Record<string, unknown>,
): Operation {
  const { query, variables } = body;
  if (typeof query !== 'string') throw new AppError('BAD_USER_INPUT', '"query" is missing.');
  const document = parsed(query);
  const operation = getOperationAST(document);
  const root = schema.getSubscriptionType();
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION || root == null) {
    throw new AppError('BAD_USER_INPUT', 'The operation is not a subscription.');
  }
  const coerced = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    (variables ?? {}) as Record<string, unknown>,
  );
  if (coerced.errors !== undefined) throw coerced.errors[0] ?? new AppError('BAD_USER_INPUT');
  const node = operation.selectionSet.selections.find((selection) => selection.kind === Kind.FIELD);
  const field = node && root.getFields()[node.name.value];
  const handlers = field && handlersOf(field.extensions);
  if (node === undefined || field === undefined || handlers === undefined) {
    throw new AppError('BAD_USER_INPUT', 'There is no such subscription.');
  }
  return {
    document,
    // `execute` coerces once more, so it gets what the client sent.
    variables: (variables ?? {}) as Record<string, unknown>,
    args: getArgumentValues(field, node, coerced.coerced),
    handlers,
  };
}
