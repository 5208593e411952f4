import {
  getOperationAST,
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { invalidOperation, operationError, type OperationError } from '../execution/errors.js';
import { fragmentsOf } from '../execution/fragments.js';
import { operationDepth } from './depth.js';
import type { OperationLimits, PlannedOperation } from './protocol.js';
import { operationExtent } from './extent.js';

/** @throws OperationError when it is no GraphQL or too long */
export function parseDocument(query: string, { maxTokens }: OperationLimits): DocumentNode {
  try {
    return parse(query, { maxTokens });
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) throw tooDeep('The operation nests too deep to be read.');
    if (!(error instanceof GraphQLError)) throw error;
    // The parser has no other sign for it.
    if (error.message.endsWith('tokens. Parsing aborted.')) {
      throw tooLarge(`It has more than ${maxTokens} tokens.`);
    }
    throw refused('GRAPHQL_PARSE_FAILED', [error]);
  }
}

/**
 * Validation takes minutes for a value in a few thousand brackets.
 * @throws OperationError when a value nests deeper than anybody writes
 */
export function checkValues(document: DocumentNode): void {
  let depth = 0;
  const nested = {
    enter: () => {
      if (++depth > maximumValueDepth) throw tooDeep('A value in the operation nests too deep.');
    },
    leave: () => void depth--,
  };
  visit(document, { ListValue: nested, ObjectValue: nested });
}

const maximumValueDepth = 50;

/**
 * @param introspection whether clients may learn the schema: if not, messages do not guess what they meant either
 * @throws OperationError with the first 20 rules that it breaks
 */
export function validateDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  introspection: boolean,
): void {
  const rules = introspection
    ? specifiedRules
    : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const errors = validate(schema, document, rules, {
    maxErrors: 20,
    hideSuggestions: !introspection,
  });
  if (errors.length > 0) throw refused('GRAPHQL_VALIDATION_FAILED', errors);
}

const refused = (code: string, errors: readonly GraphQLError[]): OperationError =>
  invalidOperation(
    errors.map((error) => ({ ...error.toJSON(), extensions: { ...error.extensions, code } })),
  );

/** @throws OperationError when it is not clear which operation is meant */
export function chooseOperation(
  document: DocumentNode,
  operationName: string | undefined,
): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation != null) return operation;
  const message =
    operationName === undefined
      ? 'The document has several operations: say which by "operationName".'
      : `The document has no operation named "${operationName}".`;
  throw invalidOperation([{ message, extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }]);
}

/** @throws OperationError when it is too deep, or asks for too much of something, its fragments written out */
export function checkLimits(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { maxDepth, maxTokens, maxAliases, maxDirectives, maxRootFields }: OperationLimits,
): void {
  const depth = operationDepth(document, operation);
  if (depth > maxDepth) {
    throw tooDeep(`The operation nests ${depth} levels deep; ${maxDepth} are allowed.`);
  }
  const extent = operationExtent(document, operation);
  const atMost = (count: number, maximum: number, what: string) => {
    if (count <= maximum) return;
    throw tooLarge(`It has ${count} ${what}, fragments written out; ${maximum} are allowed.`);
  };
  // Without fragments a field is a token at least, so this bounds only what fragments multiply.
  atMost(extent.fields, maxTokens, 'fields');
  atMost(extent.rootFields, maxRootFields, 'fields at its root');
  atMost(extent.aliases, maxAliases, 'aliases');
  atMost(extent.directives, maxDirectives, 'directives');
}

const tooDeep = (message: string): OperationError => operationError('OPERATION_TOO_DEEP', message);

export const tooLarge = (reason: string): OperationError =>
  operationError('OPERATION_TOO_LARGE', `The operation is too large. ${reason}`);

/** The chosen operation and the fragments that it uses: a document may hold others. */
export function ownDefinitions(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): DocumentNode {
  const fragments = fragmentsOf(document);
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

/** What the answer's shape depends on, and whether it shows the schema. */
export function traits(
  document: DocumentNode,
): Pick<PlannedOperation, 'conditions' | 'introspects'> {
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
