import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { getOwn, type JsonObject } from './json.js';

/**
 * Whether an object of a subgraph's answer meets a type condition, by its `__typename`.
 * @param whenUnknown the answer for an object that carries no `__typename`
 */
export function meetsTypeCondition(
  schema: GraphQLSchema,
  object: JsonObject,
  condition: string,
  whenUnknown = false,
): boolean {
  const name = getOwn(object, '__typename');
  if (typeof name !== 'string' || name === '') return whenUnknown;
  if (name === condition) return true;
  const type = schema.getType(name);
  const wanted = schema.getType(condition);
  return (
    isAbstractType(wanted) &&
    (isObjectType(type) || isInterfaceType(type)) &&
    schema.isSubType(wanted, type)
  );
}
