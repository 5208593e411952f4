import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
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
import { refusedField } from '../authorization/refused-field.js';
import { leafText } from './leaf-text.js';
import { shownName } from './own-names.js';
import type { PreparedOperation } from './operation.js';
import { selectionSetsOf, selector, type Selector } from './selection.js';

interface Compiler {
  readonly schema: GraphQLSchema;
  readonly select: Selector;
  readonly refused: ReadonlySet<FieldNode>;
}

/** Works out what an operation selects, for one assignment of the variables in `@skip` and `@include`. */
export function compileWriter(
  schema: GraphQLSchema,
  { document, operation, refused }: Pick<PreparedOperation, 'document' | 'operation' | 'refused'>,
  variables: JsonObject,
): ObjectWriter {
  const root = schema.getRootType(operation.operation);
  if (root == null) throw new Error(`The schema has no ${operation.operation} type`);
  const select = selector(schema, document, variables);
  return compileObject({ schema, select, refused }, root, [operation.selectionSet]);
}

function compileObject(
  compiler: Compiler,
  type: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
): ObjectWriter {
  const fields = [...compiler.select(type, selectionSets)].flatMap(
    ([key, nodes]) => compileField(compiler, type, key, nodes) ?? [],
  );
  return {
    // All made in this one place, so that V8 knows them by one shape.
    fields: fields.map((field, index) => ({
      key: field.key,
      shown: field.shown,
      label: inBytes(`${index === 0 ? '{' : ','}${JSON.stringify(field.shown)}:`),
      isOnPrototype: field.isOnPrototype,
      constant: field.constant,
      instead: field.instead,
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
    shown: asPropertyName(shownName(key)),
    isOnPrototype: key in Object.prototype,
    constant: undefined,
    instead: undefined,
    write: writesNothing,
    nonNull: false,
    name: `${type.name}.${fieldName}`,
  };
  if (fieldName === '__typename') {
    // Where only an interface or union is known, an object has no `__typename` to give.
    return { ...field, constant: isObjectType(type) ? JSON.stringify(type.name) : null };
  }
  if (fieldName === '__schema' || fieldName === '__type') {
    return { ...field, instead: ({ introspect }) => JSON.stringify(introspect(node)) };
  }
  const definition = isUnionType(type) ? undefined : type.getFields()[fieldName];
  if (definition === undefined) return undefined;
  const nonNull = isNonNullType(definition.type);
  if (nodes.every((each) => compiler.refused.has(each))) {
    return { ...field, instead: refusedField(field.name), nonNull };
  }
  return {
    ...field,
    write: compileValue(compiler, definition.type, selectionSetsOf(nodes), field.name),
    nonNull,
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
