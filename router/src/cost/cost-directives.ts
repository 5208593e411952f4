import {
  Kind,
  parse,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DefinitionNode,
  type InputValueDefinitionNode,
} from 'graphql';
import { isObject } from '../execution/json.js';

/** What `@listSize` says about a field. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  readonly slicingArguments: readonly string[];
  /** The sub-fields that the size is about; none when it is about the field itself. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

/** What a supergraph says about costs, by schema coordinate. */
export interface CostDirectives {
  /** `@cost(weight:)` of `Type`, `Type.field`, `Type.field(argument:)` and `Input.field`. */
  readonly weights: ReadonlyMap<string, number>;
  /** `@listSize` of `Type.field`. */
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

const costSpecification = /^https:\/\/specs\.apollo\.dev\/cost\/v/;

/**
 * Reads `@cost` and `@listSize`, which composition carries into the supergraph from Federation 2.9 on, under
 * whatever names the subgraphs have imported them.
 * @param supergraphSdl a valid supergraph
 */
export function readCostDirectives(supergraphSdl: string): CostDirectives {
  const { definitions } = parse(supergraphSdl, { noLocation: true });
  const names = directiveNames(definitions);
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();
  if (names === undefined) return { weights, listSizes };

  const note = (coordinate: string, directives: readonly ConstDirectiveNode[] = []) => {
    for (const directive of directives) {
      if (directive.name.value === names.cost) {
        // A string in IBM's specification, a whole number in Apollo's.
        weights.set(coordinate, Number(argumentsOf(directive)['weight']));
      } else if (directive.name.value === names.listSize) {
        listSizes.set(coordinate, listSizeOf(argumentsOf(directive)));
      }
    }
  };
  const noteAll = (
    values: readonly InputValueDefinitionNode[] = [],
    of: (name: string) => string,
  ) => {
    for (const { name, directives } of values) note(of(name.value), directives);
  };
  for (const definition of definitions) {
    if (!('name' in definition) || definition.name === undefined) continue;
    const type = definition.name.value;
    if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      noteAll(definition.fields, (name) => `${type}.${name}`);
    } else if (
      definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION
    ) {
      note(type, definition.directives);
      for (const { name, directives, arguments: args } of definition.fields ?? []) {
        const field = `${type}.${name.value}`;
        note(field, directives);
        noteAll(args, (argument) => `${field}(${argument}:)`);
      }
    } else if (
      definition.kind === Kind.SCALAR_TYPE_DEFINITION ||
      definition.kind === Kind.ENUM_TYPE_DEFINITION
    ) {
      note(type, definition.directives);
    }
  }
  return { weights, listSizes };
}

/** The names of the two directives in this schema; `undefined` when it has none. */
function directiveNames(definitions: readonly DefinitionNode[]) {
  for (const definition of definitions) {
    const isSchema =
      definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION;
    for (const directive of isSchema ? (definition.directives ?? []) : []) {
      const { url, import: imports, as } = argumentsOf(directive);
      if (directive.name.value !== 'link' || !costSpecification.test(String(url))) continue;
      const prefix = typeof as === 'string' ? as : 'cost';
      // A directive that is named like its specification needs no import.
      const names = { cost: prefix, listSize: `${prefix}__listSize` };
      for (const item of Array.isArray(imports) ? (imports as unknown[]) : []) {
        const { name, as: alias } = isObject(item) ? item : { name: item, as: undefined };
        const used = String(alias ?? name).slice(1);
        if (name === '@cost') names.cost = used;
        if (name === '@listSize') names.listSize = used;
      }
      return names;
    }
  }
  return undefined;
}

function argumentsOf(directive: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  );
}

function listSizeOf(values: Record<string, unknown>): ListSize {
  const strings = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  const { assumedSize } = values;
  return {
    assumedSize: typeof assumedSize === 'number' ? assumedSize : undefined,
    slicingArguments: strings(values['slicingArguments']),
    sizedFields: strings(values['sizedFields']),
    requireOneSlicingArgument: values['requireOneSlicingArgument'] !== false,
  };
}
