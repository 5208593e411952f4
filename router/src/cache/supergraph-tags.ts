import { entityTag } from '@pcc/stores';
import { Kind, parse, type ConstDirectiveNode, type TypeDefinitionNode } from 'graphql';
import { getOwn, type JsonObject } from '../execution/json.js';

/** The names by which an entity's generations are kept: one for each of its keys (see `@pcc/stores`). */
export interface SupergraphTags {
  /** Of the keys that the values hold. Empty for what is no entity. */
  tagsOf(typeName: string, values: JsonObject): string[];
  /** The same, with the tags of its interfaces and implementations: it may be known by those. */
  changedTags(typeName: string, values: JsonObject): string[];
}

/** Names of fields that together are a key. */
type Key = readonly string[];

/** Reads the entities' keys from a supergraph's SDL (`join__type(key:)`). */
export function supergraphTags(supergraphSdl: string): SupergraphTags {
  const keys = new Map<string, Key[]>();
  const relatives = new Map<string, Set<string>>();
  const relate = (one: string, other: string) =>
    relatives.set(one, (relatives.get(one) ?? new Set()).add(other));
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      definition.kind !== Kind.INTERFACE_TYPE_DEFINITION
    ) {
      continue;
    }
    keys.set(definition.name.value, keysOf(definition));
    for (const { name } of definition.interfaces ?? []) {
      relate(definition.name.value, name.value);
      relate(name.value, definition.name.value);
    }
  }
  const tagsOf: SupergraphTags['tagsOf'] = (typeName, values) =>
    (keys.get(typeName) ?? []).flatMap((key) => {
      const fields = Object.fromEntries(key.map((name) => [name, getOwn(values, name)]));
      const isWhole = key.every((name) => fields[name] !== undefined && fields[name] !== null);
      return isWhole ? [entityTag(typeName, fields)] : [];
    });
  return {
    tagsOf,
    changedTags: (typeName, values) =>
      [typeName, ...(relatives.get(typeName) ?? [])].flatMap((name) => tagsOf(name, values)),
  };
}

/** Each key once, although every subgraph names its own. */
function keysOf({ directives = [] }: TypeDefinitionNode): Key[] {
  const texts = directives
    .filter(({ name }) => name.value === 'join__type')
    .map((directive) => stringArgument(directive, 'key'));
  return [...new Set(texts)].flatMap((text) => (text === undefined ? [] : [topLevelNames(text)]));
}

function stringArgument({ arguments: all = [] }: ConstDirectiveNode, name: string) {
  const value = all.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** `id organization { id }` gives `id` and `organization`: a nested key counts with all that it holds. */
function topLevelNames(fieldSet: string): string[] {
  const [operation] = parse(`{ ${fieldSet} }`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  return operation.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.name.value] : [],
  );
}
