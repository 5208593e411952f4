import type { Schema } from '@apollo/federation-internals';
import { Kind, parse, visit, type DocumentNode, type FieldNode } from 'graphql';
import { isOwnName, ownName } from '../execution/own-names.js';

/** The fields that a planner may add to a selection, and whether with arguments. */
type AddedFields = ReadonlyMap<string, boolean>;

/** What stands in an argument of a `join` directive. */
interface JoinArguments {
  readonly key?: string;
  readonly requires?: string;
  readonly contextArguments?: readonly { readonly selection: string }[];
}

/** Every field of a `@key`, `@requires` or `@fromContext` in the supergraph. */
export function addedFields(schema: Schema): AddedFields {
  const added = new Map<string, boolean>([['__typename', false]]);
  const join = schema.coreFeatures?.getByIdentity('https://specs.apollo.dev/join');
  for (const name of ['type', 'field']) {
    const directive = join && schema.directive(join.directiveNameInSchema(name));
    for (const application of directive?.applications() ?? []) {
      const { key, requires, contextArguments } = application.arguments() as JoinArguments;
      const contexts = contextArguments?.map(({ selection }) => selection) ?? [];
      for (const text of [key, requires, ...contexts]) if (text !== undefined) add(text, added);
    }
  }
  return added;
}

function add(selection: string, added: Map<string, boolean>): void {
  const text = selection.trim().startsWith('{') ? selection : `{${selection}}`;
  visit(parse(text), {
    Field: ({ name: { value }, arguments: given = [] }) =>
      void added.set(value, given.length > 0 || added.get(value) === true),
  });
}

/**
 * The planner takes fields of one name in the answer for one field, and so do the stock gateway and its answers: with
 * the key `id`, `{ id: name price }` would be answered with the id under the client's alias, and what subgraphs get
 * as an entity's key or required field could be chosen by the client. So whatever might be taken for a field that the
 * planner adds travels under a name of its own.
 * @param document an operation and its fragments, valid
 */
export function withOwnNames(document: DocumentNode, added: AddedFields): DocumentNode {
  return visit(document, {
    // Introspection is answered from the text as it is.
    FragmentDefinition: ({ typeCondition }) =>
      typeCondition.name.value.startsWith('__') ? false : undefined,
    Field: {
      enter: ({ name: { value } }) =>
        value === '__schema' || value === '__type' ? false : undefined,
      leave: (node) => (mayBeTaken(node, added) ? renamed(node) : undefined),
    },
  });
}

function mayBeTaken(
  { alias, name, arguments: given = [] }: FieldNode,
  added: AddedFields,
): boolean {
  const key = (alias ?? name).value;
  if (isOwnName(key)) return true;
  const hasArguments = added.get(key);
  if (hasArguments === undefined) return false;
  return key !== name.value || given.length > 0 || hasArguments;
}

const renamed = (node: FieldNode): FieldNode => ({
  ...node,
  alias: { kind: Kind.NAME, value: ownName((node.alias ?? node.name).value) },
});
