import {
  getNamedType,
  isLeafType,
  isObjectType,
  Kind,
  type ConstDirectiveNode,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** Resolvers by type and field. */
type Resolvers = Readonly<Record<string, unknown>>;

/**
 * A scalar takes its parent's `@cacheControl`. One that a resolver works out may depend on who asks, and a public
 * policy would show one viewer's value to another: so it must say its own policy.
 * @throws naming every field that does not
 */
export function checkCachePolicies(schema: GraphQLSchema, resolvers: Resolvers): void {
  const silent = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(isPublic)
    .flatMap((type) => silentFields(type, (resolvers[type.name] ?? {}) as Resolvers));
  if (silent.length === 0) return;
  throw new Error(
    `These fields are worked out by resolvers and inherit a public cache policy; give each its own @cacheControl: ${silent.join(', ')}`,
  );
}

const silentFields = (type: GraphQLObjectType, resolvers: Resolvers): string[] =>
  Object.values(type.getFields())
    .filter(({ name }) => Object.hasOwn(resolvers, name))
    .filter((field) => isLeafType(getNamedType(field.type)))
    .filter(({ astNode }) => hint(astNode?.directives) === undefined)
    .map(({ name }) => `${type.name}.${name}`);

function isPublic({ astNode, extensionASTNodes }: GraphQLObjectType): boolean {
  const nodes = [astNode, ...extensionASTNodes];
  const directive = hint(nodes.flatMap((node) => node?.directives ?? []));
  const value = (name: string) =>
    directive?.arguments?.find((argument) => argument.name.value === name)?.value;
  const [maxAge, scope] = [value('maxAge'), value('scope')];
  const isPrivate = scope?.kind === Kind.ENUM && scope.value === 'PRIVATE';
  return maxAge?.kind === Kind.INT && Number(maxAge.value) > 0 && !isPrivate;
}

const hint = (directives: readonly ConstDirectiveNode[] = []) =>
  directives.find(({ name }) => name.value === 'cacheControl');
