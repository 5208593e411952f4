import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from './fragments.js';
import type { JsonObject } from './json.js';

/** The fields that an object of one type answers, by response key; several nodes are merged into one field. */
export type SelectedFields = ReadonlyMap<string, readonly FieldNode[]>;

/** Works out what an operation selects on a type, for given values of its variables. */
export type Selector = (
  type: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
) => SelectedFields;

/**
 * @param variables coerced: `@skip` and `@include` depend on them
 * @param document a valid one
 */
export function selector(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: JsonObject,
): Selector {
  const fragments = fragmentsOf(document);
  return (type, selectionSets) => {
    const fields = new Map<string, FieldNode[]>();
    // Spread once more, a fragment adds nothing: a flood of spreads takes no time.
    const spread = new Set<string>();
    const fragmentOf = (selection: FragmentSpreadNode | InlineFragmentNode) => {
      if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
      const name = selection.name.value;
      if (spread.has(name)) return undefined;
      spread.add(name);
      return fragments.get(name);
    };
    const collect = ({ selections }: SelectionSetNode) => {
      for (const selection of selections) {
        if (!isIncluded(selection, variables)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = responseKey(selection);
          const nodes = fields.get(key);
          if (nodes === undefined) fields.set(key, [selection]);
          else nodes.push(selection);
          continue;
        }
        const fragment = fragmentOf(selection);
        if (fragment !== undefined && applies(schema, fragment.typeCondition?.name.value, type)) {
          collect(fragment.selectionSet);
        }
      }
    };
    for (const selectionSet of selectionSets) collect(selectionSet);
    return fields;
  };
}

/** The name under which a field stands in the answer. */
export const responseKey = ({ alias, name }: FieldNode): string => alias?.value ?? name.value;

/** What a field's nodes select below it. */
export const selectionSetsOf = (nodes: readonly FieldNode[]): SelectionSetNode[] =>
  nodes.flatMap(({ selectionSet }) => selectionSet ?? []);

function isIncluded(selection: SelectionNode, variables: JsonObject): boolean {
  if (selection.directives === undefined || selection.directives.length === 0) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  if (skip?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] !== false;
}

function applies(
  schema: GraphQLSchema,
  condition: string | undefined,
  type: GraphQLCompositeType,
): boolean {
  if (condition === undefined || condition === type.name) return true;
  const wanted = schema.getType(condition);
  return (
    isAbstractType(wanted) &&
    (isObjectType(type) || isInterfaceType(type)) &&
    schema.isSubType(wanted, type)
  );
}
