import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import type { ChangedEntity } from '../cache/entity-cache.js';
import { getOwn, isObject, setOwn, type JsonObject } from './json.js';

/** A mutation that shows more has changed no more than what its events tell. */
const maximumEntities = 1_000;

/** What a mutation's answer shows: the objects that it, most likely, has changed, with their types and fields. */
export function changedEntities(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  data: JsonObject,
): ChangedEntity[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  const changed: ChangedEntity[] = [];

  const visit = (value: unknown, declared: string, selections: readonly SelectionNode[]): void => {
    if (changed.length >= maximumEntities) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item, declared, selections);
      return;
    }
    if (!isObject(value)) return;
    const named = getOwn(value, '__typename');
    const typeName = typeof named === 'string' ? named : declared;
    const type = schema.getType(typeName);
    if (!isObjectType(type) && !isInterfaceType(type)) return;
    const nodes = fieldsOf(selections, fragments);
    // Beside what was selected there are keys, added by the planner under their own names.
    const values: JsonObject = { ...value };
    for (const node of nodes) delete values[node.alias?.value ?? node.name.value];
    for (const node of nodes) {
      const item = getOwn(value, node.alias?.value ?? node.name.value);
      if (item === null || typeof item !== 'object') {
        if ((node.arguments?.length ?? 0) === 0) setOwn(values, node.name.value, item);
        continue;
      }
      const fieldType = type.getFields()[node.name.value]?.type;
      const inner = fieldType && getNamedType(fieldType);
      if (isCompositeType(inner) && node.selectionSet !== undefined) {
        visit(item, inner.name, node.selectionSet.selections);
      }
    }
    changed.push({ typeName, values });
  };

  const root = schema.getRootType(operation.operation);
  if (root != null) visit(data, root.name, operation.selectionSet.selections);
  return changed;
}

/** All fields below, whatever their fragments' conditions: the values say which ones there are. */
const fieldsOf = (
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FieldNode[] =>
  selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return fragment === undefined ? [] : fieldsOf(fragment.selectionSet.selections, fragments);
  });
