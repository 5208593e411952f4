import {
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { JsonObject } from './json.js';

/** What the client selected on an object of one type: fragments and directives are already worked out. */
export interface ObjectShape {
  readonly typeName: string;
  /** False where only an interface or union is known: such an object has no `__typename` to give. */
  readonly isConcrete: boolean;
  readonly fields: readonly FieldShape[];
}

export interface FieldShape {
  readonly key: string;
  readonly kind: 'value' | 'typename' | 'introspection';
  readonly node: FieldNode;
  readonly value: ValueShape;
}

export type ValueShape = (
  | { readonly kind: 'list'; readonly item: ValueShape }
  | { readonly kind: 'leaf'; readonly isValid: (value: unknown) => boolean }
  | {
      readonly kind: 'object';
      readonly declared: string;
      /** The shape for an object of that type; `undefined` for a type that the API does not have. */
      readonly shapeOf: (typeName: string) => ObjectShape | undefined;
    }
) & {
  readonly nonNull: boolean;
  /** For messages: `Course.title`. */
  readonly name: string;
};

interface Compiler {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: JsonObject;
}

type Collected = Map<string, FieldNode[]>;

/** Works out what an operation selects, for one assignment of the variables in `@skip` and `@include`. */
export function compileShape(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: JsonObject,
): ObjectShape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  const root = schema.getRootType(operation.operation);
  if (root == null) throw new Error(`The schema has no ${operation.operation} type`);
  return objectShape({ schema, fragments, variables }, root, [operation.selectionSet]);
}

function objectShape(
  compiler: Compiler,
  type: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
): ObjectShape {
  const collected: Collected = new Map();
  for (const { selections } of selectionSets) collect(compiler, type, selections, collected);
  const fields = [...collected].flatMap(
    ([key, nodes]) => fieldShape(compiler, type, key, nodes) ?? [],
  );
  return { typeName: type.name, isConcrete: isObjectType(type), fields };
}

const noValue: ValueShape = { kind: 'leaf', isValid: () => true, nonNull: false, name: '' };

function fieldShape(
  compiler: Compiler,
  type: GraphQLCompositeType,
  key: string,
  nodes: readonly FieldNode[],
): FieldShape | undefined {
  const [node] = nodes;
  if (node === undefined) return undefined;
  const name = node.name.value;
  if (name === '__typename') return { key, kind: 'typename', node, value: noValue };
  if (name === '__schema' || name === '__type') {
    return { key, kind: 'introspection', node, value: noValue };
  }
  const definition = isUnionType(type) ? undefined : type.getFields()[name];
  if (definition === undefined) return undefined;
  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const value = valueShape(compiler, definition.type, selectionSets, `${type.name}.${name}`);
  return { key, kind: 'value', node, value };
}

function valueShape(
  compiler: Compiler,
  type: GraphQLOutputType,
  selectionSets: readonly SelectionSetNode[],
  name: string,
): ValueShape {
  if (isNonNullType(type)) {
    return { ...valueShape(compiler, type.ofType, selectionSets, name), nonNull: true };
  }
  if (isListType(type)) {
    const item = valueShape(compiler, type.ofType, selectionSets, name);
    return { kind: 'list', item, nonNull: false, name };
  }
  if (!isCompositeType(type)) {
    return { kind: 'leaf', isValid: leafCheck(type), nonNull: false, name };
  }
  const shapes = new Map<string, ObjectShape | undefined>();
  const shapeOf = (typeName: string) => {
    if (!shapes.has(typeName)) {
      const actual = compiler.schema.getType(typeName);
      shapes.set(
        typeName,
        isCompositeType(actual) ? objectShape(compiler, actual, selectionSets) : undefined,
      );
    }
    return shapes.get(typeName);
  };
  return { kind: 'object', declared: getNamedType(type).name, shapeOf, nonNull: false, name };
}

function collect(
  compiler: Compiler,
  type: GraphQLCompositeType,
  selections: readonly SelectionNode[],
  into: Collected,
): void {
  for (const selection of selections) {
    if (!isIncluded(compiler, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const nodes = into.get(key);
      if (nodes === undefined) into.set(key, [selection]);
      else nodes.push(selection);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : compiler.fragments.get(selection.name.value);
    if (fragment === undefined) continue;
    if (applies(compiler.schema, fragment.typeCondition?.name.value, type)) {
      collect(compiler, type, fragment.selectionSet.selections, into);
    }
  }
}

function isIncluded({ variables }: Compiler, selection: SelectionNode): boolean {
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

const isInt32 = (value: unknown) =>
  Number.isInteger(value) && Math.abs((value as number) + 0.5) <= 2_147_483_647.5;

/** Subgraphs serialise; this only keeps out what contradicts the schema. */
function leafCheck(type: GraphQLLeafType): (value: unknown) => boolean {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map((value) => value.name));
    return (value) => names.has(value);
  }
  switch (type.name) {
    case 'Int':
      return isInt32;
    case 'Float':
      return (value) => typeof value === 'number';
    case 'Boolean':
      return (value) => typeof value === 'boolean';
    case 'String':
      return (value) => typeof value === 'string';
    case 'ID':
      return (value) => typeof value === 'string' || Number.isInteger(value);
    default:
      return () => true;
  }
}
