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

/** Tells whether a type meets a condition, worked out once. @returns by the name of an object's type */
export function conditionMatcher(
  schema: GraphQLSchema,
  condition: string,
): (typeName: string) => boolean {
  const wanted = schema.getType(condition);
  const below = isAbstractType(wanted) ? [...schema.getPossibleTypes(wanted)] : [];
  const interfaces = isInterfaceType(wanted) ? schema.getImplementations(wanted).interfaces : [];
  const names = new Set([condition, ...[...below, ...interfaces].map(({ name }) => name)]);
  return (typeName) => names.has(typeName);
}

/** Whether this is the name of an interface or a union. */
export const isAbstractName = (schema: GraphQLSchema, name: unknown): boolean =>
  typeof name === 'string' && isAbstractType(schema.getType(name));
