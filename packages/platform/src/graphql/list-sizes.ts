import { getNamedType, isObjectType, type GraphQLField, type GraphQLSchema } from 'graphql';

/**
 * The router estimates what an operation may cost, and a connection that does not say how long it is would count as
 * much with `first: 100` as with `first: 1`.
 * @throws naming every field that returns a connection without `@listSize`
 */
export function checkListSizes(schema: GraphQLSchema): void {
  const silent = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter(isSilent)
        .map(({ name }) => `${type.name}.${name}`),
    );
  if (silent.length === 0) return;
  throw new Error(
    `These fields return connections; give each @listSize(slicingArguments: ["first"], sizedFields: ["nodes", "edges"]): ${silent.join(', ')}`,
  );
}

const isSilent = ({ type, astNode }: GraphQLField<unknown, unknown>): boolean =>
  getNamedType(type).name.endsWith('Connection') &&
  astNode?.directives?.some(({ name }) => name.value === 'listSize') !== true;
