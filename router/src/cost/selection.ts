import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { JsonObject } from '../execution/json.js';

/** The fields that an object of a concrete type answers, by response key; several nodes are merged into one field. */
export type SelectedFields = ReadonlyMap<string, readonly FieldNode[]>;

/** Works out what an operation selects on concrete types, for given values of its variables. */
export type Selector = (
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
) => SelectedFields;

/** @param variables coerced; @param document a valid one */
export function selector(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: JsonObject,
): Selector {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  const isIncluded = (selection: SelectionNode): boolean => {
    if (selection.directives === undefined || selection.directives.length === 0) return true;
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
    if (skip?.['if'] === true) return false;
    return getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] !== false;
  };
  const applies = (condition: string | undefined, type: GraphQLObjectType): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const wanted = schema.getType(condition);
    return isAbstractType(wanted) && schema.isSubType(wanted, type);
  };

  return (type, selectionSets) => {
    const fields = new Map<string, FieldNode[]>();
    // A fragment adds nothing when it is spread once more.
    const spread = new Set<FragmentDefinitionNode>();
    const collect = ({ selections }: SelectionSetNode) => {
      for (const selection of selections) {
        if (!isIncluded(selection)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          const nodes = fields.get(key);
          if (nodes === undefined) fields.set(key, [selection]);
          else nodes.push(selection);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          if (applies(selection.typeCondition?.name.value, type)) collect(selection.selectionSet);
        } else {
          const fragment = fragments.get(selection.name.value);
          if (fragment === undefined || spread.has(fragment)) continue;
          spread.add(fragment);
          if (applies(fragment.typeCondition.name.value, type)) collect(fragment.selectionSet);
        }
      }
    };
    for (const selectionSet of selectionSets) collect(selectionSet);
    return fields;
  };
}

/** What a field's nodes select below it. */
export const selectionSetsOf = (nodes: readonly FieldNode[]): SelectionSetNode[] =>
  nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
