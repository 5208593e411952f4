import {
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import {
  leafWriter,
  listWriter,
  objectWriter,
  type FieldWriter,
  type ObjectWriter,
  type ValueWriter,
} from './answer-writer.js';
import type { JsonObject } from './json.js';
import { leafText } from './leaf-text.js';

interface Compiler {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: JsonObject;
}

type Collected = Map<string, FieldNode[]>;

/** Works out what an operation selects, for one assignment of the variables in `@skip` and `@include`. */
export function compileWriter(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: JsonObject,
): ObjectWriter {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
  }
  const root = schema.getRootType(operation.operation);
  if (root == null) throw new Error(`The schema has no ${operation.operation} type`);
  return compileObject({ schema, fragments, variables }, root, [operation.selectionSet]);
}

function compileObject(
  compiler: Compiler,
  type: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
): ObjectWriter {
  const collected: Collected = new Map();
  const spread = new Set<string>();
  for (const { selections } of selectionSets) {
    collect(compiler, type, selections, collected, spread);
  }
  const fields = [...collected].flatMap(
    ([key, nodes]) => compileField(compiler, type, key, nodes) ?? [],
  );
  return {
    // All made in this one place, so that V8 knows them by one shape.
    fields: fields.map((field, index) => ({
      key: field.key,
      label: inBytes(`${index === 0 ? '{' : ','}${JSON.stringify(field.key)}:`),
      isOnPrototype: field.isOnPrototype,
      constant: field.constant,
      introspection: field.introspection,
      write: field.write,
      nonNull: field.nonNull,
      name: field.name,
    })),
  };
}

/**
 * Names are ASCII, but V8 may hold what it cut out of a query as two bytes per character. One such label makes a
 * whole answer so, and sending it twice as dear.
 */
const inBytes = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

/** The same text, as V8 knows the names of properties: looking one up then needs no comparison. */
const asPropertyName = (key: string): string => Object.keys({ [inBytes(key)]: true })[0] ?? key;

const writesNothing: ValueWriter = () => null;

function compileField(
  compiler: Compiler,
  type: GraphQLCompositeType,
  key: string,
  nodes: readonly FieldNode[],
): Omit<FieldWriter, 'label'> | undefined {
  const [node] = nodes;
  if (node === undefined) return undefined;
  const fieldName = node.name.value;
  const field = {
    key: asPropertyName(key),
    isOnPrototype: key in Object.prototype,
    constant: undefined,
    introspection: undefined,
    write: writesNothing,
    nonNull: false,
    name: `${type.name}.${fieldName}`,
  };
  if (fieldName === '__typename') {
    // Where only an interface or union is known, an object has no `__typename` to give.
    return { ...field, constant: isObjectType(type) ? JSON.stringify(type.name) : null };
  }
  if (fieldName === '__schema' || fieldName === '__type') return { ...field, introspection: node };
  const definition = isUnionType(type) ? undefined : type.getFields()[fieldName];
  if (definition === undefined) return undefined;
  const selectionSets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  return {
    ...field,
    write: compileValue(compiler, definition.type, selectionSets, field.name),
    nonNull: isNonNullType(definition.type),
  };
}

function compileValue(
  compiler: Compiler,
  type: GraphQLOutputType,
  selectionSets: readonly SelectionSetNode[],
  name: string,
): ValueWriter {
  if (isNonNullType(type)) return compileValue(compiler, type.ofType, selectionSets, name);
  if (isListType(type)) {
    const item = compileValue(compiler, type.ofType, selectionSets, name);
    return listWriter(item, isNonNullType(type.ofType), name);
  }
  if (!isCompositeType(type)) return leafWriter(leafText(type), name);
  // An interface of many types: each is compiled when the first object of it comes.
  const writers = new Map<string, ObjectWriter | undefined>();
  const writerOf = (typeName: string) => {
    const known = writers.get(typeName);
    if (known !== undefined || writers.has(typeName)) return known;
    const actual = compiler.schema.getType(typeName);
    const writer = isCompositeType(actual)
      ? compileObject(compiler, actual, selectionSets)
      : undefined;
    // Names that no type of the API has are not remembered: a subgraph could send any number of them.
    if (writer !== undefined) writers.set(typeName, writer);
    return writer;
  };
  return objectWriter(getNamedType(type).name, writerOf, name);
}

/** @param spread fragments that are in it already: once more they add nothing, and a flood of them takes no time */
function collect(
  compiler: Compiler,
  type: GraphQLCompositeType,
  selections: readonly SelectionNode[],
  into: Collected,
  spread: Set<string>,
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
    const fragment = fragmentOf(compiler, selection, spread);
    if (fragment === undefined) continue;
    if (applies(compiler.schema, fragment.typeCondition?.name.value, type)) {
      collect(compiler, type, fragment.selectionSet.selections, into, spread);
    }
  }
}

function fragmentOf(
  { fragments }: Compiler,
  selection: FragmentSpreadNode | InlineFragmentNode,
  spread: Set<string>,
): FragmentDefinitionNode | InlineFragmentNode | undefined {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
  const name = selection.name.value;
  if (spread.has(name)) return undefined;
  spread.add(name);
  return fragments.get(name);
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
