import { operationFromDocument, type Supergraph } from '@apollo/federation-internals';
import type { FetchNode, QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { errorMessage, type Logger } from '@pcc/platform';
import {
  getOperationAST,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  print,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import { compilePlan } from './compile.js';
import { operationDepth } from './depth.js';
import { OperationError, operationError } from './errors.js';
import type { CompileContext, PlanStep } from './plan-step.js';
import { operationCatalogue } from './subgraph-operation.js';

/** An operation that was parsed, validated, planned and compiled: all work that requests can share. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly kind: OperationTypeNode;
  /** The operation without the client's layout, other operations or unused fragments. */
  readonly normalisedText: string;
  /** Runs the plan; for a subscription the part that follows the owner's event. */
  readonly run: PlanStep;
  /** The owner's part of a subscription. */
  readonly primary: FetchNode | undefined;
  /** What `run` was compiled from, for whoever wants it explained. */
  readonly plan: QueryPlan;
  /** Variables on which `@skip` and `@include` depend: the answer's shape differs with them. */
  readonly conditions: readonly string[];
  /** Asks for `__schema` or `__type`. */
  readonly introspects: boolean;
}

export interface OperationLimits {
  readonly maxTokens: number;
  readonly maxDepth: number;
}

export interface PrepareContext extends Omit<CompileContext, 'operationOf'> {
  readonly schema: GraphQLSchema;
  readonly supergraph: Supergraph;
  readonly planner: QueryPlanner;
  readonly introspection: boolean;
  readonly limits: OperationLimits;
  readonly logger: Logger;
}

/** @throws OperationError with every reason why the operation cannot run */
export function prepareOperation(
  context: PrepareContext,
  query: string,
  operationName: string | undefined,
): PreparedOperation {
  const document = parseDocument(query, context.limits.maxTokens);
  validateDocument(context, document);
  const operation = chooseOperation(document, operationName);
  const depth = operationDepth(document, operation);
  if (depth > context.limits.maxDepth) {
    throw operationError(
      'OPERATION_TOO_DEEP',
      `The operation nests ${depth} levels deep; ${context.limits.maxDepth} are allowed.`,
    );
  }
  const own = ownDefinitions(document, operation);
  const planned = plan(context, own);
  return {
    document: own,
    operation,
    kind: operation.operation,
    normalisedText: print(own),
    ...planned,
    ...traits(own),
  };
}

function parseDocument(query: string, maxTokens: number): DocumentNode {
  try {
    return parse(query, { maxTokens });
  } catch (error) {
    if (error instanceof GraphQLError) throw refused('GRAPHQL_PARSE_FAILED', [error]);
    throw error;
  }
}

function validateDocument({ schema, introspection }: PrepareContext, document: DocumentNode): void {
  const rules = introspection
    ? specifiedRules
    : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const errors = validate(schema, document, rules, { maxErrors: 20 });
  if (errors.length > 0) throw refused('GRAPHQL_VALIDATION_FAILED', errors);
}

const refused = (code: string, errors: readonly GraphQLError[]): OperationError =>
  new OperationError(
    errors.map((error) => ({ ...error.toJSON(), extensions: { ...error.extensions, code } })),
  );

function chooseOperation(
  document: DocumentNode,
  operationName: string | undefined,
): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation != null) return operation;
  throw operationError(
    'OPERATION_RESOLUTION_FAILURE',
    operationName === undefined
      ? 'The document has several operations: say which by "operationName".'
      : `The document has no operation named "${operationName}".`,
  );
}

/** The chosen operation and the fragments that it uses: a document may hold others. */
function ownDefinitions(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  const used = new Set<string>();
  const follow = (node: OperationDefinitionNode | DocumentNode['definitions'][number]) => {
    visit(node, {
      FragmentSpread: ({ name: { value } }) => {
        const fragment = fragments.get(value);
        if (used.has(value) || fragment === undefined) return;
        used.add(value);
        follow(fragment);
      },
    });
  };
  follow(operation);
  const kept = [...fragments].flatMap(([name, fragment]) => (used.has(name) ? [fragment] : []));
  return { kind: Kind.DOCUMENT, definitions: [operation, ...kept] };
}

function plan(
  context: PrepareContext,
  document: DocumentNode,
): Pick<PreparedOperation, 'run' | 'primary' | 'plan'> {
  try {
    const operation = operationFromDocument(context.supergraph.apiSchema(), document, {
      validate: false,
    });
    const queryPlan = context.planner.buildQueryPlan(operation);
    const { node } = queryPlan;
    const compiling = { ...context, operationOf: operationCatalogue() };
    return node?.kind === 'Subscription'
      ? { plan: queryPlan, primary: node.primary, run: compilePlan(node.rest, compiling) }
      : { plan: queryPlan, primary: undefined, run: compilePlan(node, compiling) };
  } catch (error) {
    // The planner refuses a few valid operations, for example recursive floods of fragments.
    context.logger.error({ err: error }, `planning failed: ${errorMessage(error)}`);
    throw operationError('PLANNING_FAILED', 'The operation cannot be planned.', 500);
  }
}

function traits(document: DocumentNode): Pick<PreparedOperation, 'conditions' | 'introspects'> {
  const conditions = new Set<string>();
  let introspects = false;
  visit(document, {
    Field: ({ name: { value } }) => {
      if (value === '__schema' || value === '__type') introspects = true;
    },
    Directive: ({ name, arguments: [argument] = [] }) => {
      const decides = name.value === 'skip' || name.value === 'include';
      if (decides && argument?.value.kind === Kind.VARIABLE) {
        conditions.add(argument.value.name.value);
      }
    },
  });
  return { conditions: [...conditions].sort(), introspects };
}
