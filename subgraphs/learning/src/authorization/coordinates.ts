import {
  getNamedType,
  isObjectType,
  isUnionType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** What federation adds to every subgraph; the router's own. */
const federation = new Set(['_entities', '_service']);
const fieldsOf = (type: GraphQLObjectType) =>
  Object.values(type.getFields()).filter(({ name }) => !federation.has(name));

export const entitiesOf = (schema: GraphQLSchema): readonly GraphQLObjectType[] => {
  const union = schema.getType('_Entity');
  return isUnionType(union) ? union.getTypes() : [];
};

/**
 * The object types that can be reached without a mutation. Payloads, and what only they lead to, are not
 * among them: the row of a mutation asks for its whole answer.
 */
export function readableTypes(schema: GraphQLSchema): ReadonlySet<GraphQLObjectType> {
  const found = new Set<GraphQLObjectType>();
  const visit = (type: GraphQLNamedType) => {
    if (isUnionType(type)) type.getTypes().forEach(visit);
    if (!isObjectType(type) || found.has(type)) return;
    found.add(type);
    for (const field of fieldsOf(type)) visit(getNamedType(field.type));
  };
  const roots = [schema.getQueryType(), schema.getSubscriptionType(), ...entitiesOf(schema)];
  for (const root of roots) if (root) visit(root);
  return found;
}

/** Everything that needs a row: every field that is no part of a payload, and every entity reference. */
export function coordinatesOf(schema: GraphQLSchema): string[] {
  const mutations = schema.getMutationType();
  const types = [...readableTypes(schema), ...(mutations ? [mutations] : [])];
  return [
    ...types.flatMap((type) => fieldsOf(type).map(({ name }) => `${type.name}.${name}`)),
    ...entitiesOf(schema).map(({ name }) => `${name} (reference)`),
  ].sort();
}

/** Asks enough of a field to know whether it is shown; a connection by its nodes, a payload whole. */
export function selectionOf(schema: GraphQLSchema, typeName: string, field: string): string {
  const parent = schema.getType(typeName);
  const type = isObjectType(parent) ? parent.getFields()[field]?.type : undefined;
  if (type === undefined) throw new Error(`There is no ${typeName}.${field}.`);
  return selectionOn(getNamedType(type), readableTypes(schema));
}

function selectionOn(type: GraphQLNamedType, readable: ReadonlySet<GraphQLObjectType>): string {
  if (isUnionType(type)) return '{ __typename }';
  if (!isObjectType(type)) return '';
  if (type.name.endsWith('Connection')) return '{ nodes { __typename } }';
  if (readable.has(type)) return '{ __typename }';
  const parts = fieldsOf(type).map(
    ({ name, type: inner }) => `${name} ${selectionOn(getNamedType(inner), readable)}`,
  );
  return `{ ${parts.join(' ')} }`;
}
