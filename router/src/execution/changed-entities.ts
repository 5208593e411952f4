import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { ChangedEntity } from '../cache/entity-cache.js';
import { getOwn, isObject, setOwn, type JsonObject } from './json.js';
import type { PreparedOperation } from './operation.js';
import { selectionSetsOf, selector } from './selection.js';

/** A mutation that shows more has changed no more than what its events tell. */
const maximumEntities = 1_000;

/**
 * What a mutation's answer shows: the objects that it, most likely, has changed, with their types and fields.
 * @param variables coerced
 */
export function changedEntities(
  schema: GraphQLSchema,
  { document, operation }: Pick<PreparedOperation, 'document' | 'operation'>,
  variables: JsonObject,
  data: JsonObject,
): ChangedEntity[] {
  const select = selector(schema, document, variables);
  const changed: ChangedEntity[] = [];

  const visit = (
    value: unknown,
    declared: string,
    selectionSets: readonly SelectionSetNode[],
  ): void => {
    if (changed.length >= maximumEntities) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item, declared, selectionSets);
      return;
    }
    if (!isObject(value)) return;
    const named = getOwn(value, '__typename');
    const typeName = typeof named === 'string' ? named : declared;
    const type = schema.getType(typeName);
    if (!isObjectType(type) && !isInterfaceType(type)) return;
    const fields = select(type, selectionSets);
    // Beside what was selected there are keys, added by the planner under their own names.
    const values: JsonObject = { ...value };
    for (const key of fields.keys()) delete values[key];
    for (const [key, nodes] of fields) {
      const [node] = nodes;
      const item = getOwn(value, key);
      if (node === undefined || item === undefined) continue;
      if (item === null || typeof item !== 'object') {
        if ((node.arguments?.length ?? 0) === 0) setOwn(values, node.name.value, item);
        continue;
      }
      const fieldType = type.getFields()[node.name.value]?.type;
      const inner = fieldType && getNamedType(fieldType);
      if (isCompositeType(inner)) visit(item, inner.name, selectionSetsOf(nodes));
    }
    changed.push({ typeName, values });
  };

  const root = schema.getRootType(operation.operation);
  if (root != null) visit(data, root.name, [operation.selectionSet]);
  return changed;
}
