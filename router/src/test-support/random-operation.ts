import {
  astFromValue,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  isUnionType,
  print,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

export interface RandomOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const deepest = 6;
/** Inputs may nest without end. */
const deepestInput = 2;

const literal = (value: unknown, type: GraphQLInputType): string => {
  const node = astFromValue(value, type);
  if (node == null) throw new Error(`no literal for ${JSON.stringify(value)}`);
  return print(node);
};

/**
 * Makes a query over a schema: nested selections, aliases, fragments on interfaces and unions, named fragments,
 * arguments and variables, `@skip` and `@include`. Most are valid; whoever uses them drops the others.
 * @param ids of the graph's data, and some of nothing
 * @param isWanted whether a field may be selected
 */
export function randomOperation(
  schema: GraphQLSchema,
  random: () => number,
  ids: readonly string[],
  isWanted: (field: string) => boolean,
): RandomOperation {
  const chance = (part: number) => random() < part;
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] as Item;
  const variables: Record<string, unknown> = {};
  const definitions: string[] = [];
  const fragments: string[] = [];
  let aliases = 0;

  const variable = (type: string, value: unknown): string => {
    const name = `v${definitions.length}`;
    definitions.push(`$${name}: ${type}`);
    variables[name] = value;
    return `$${name}`;
  };
  const valueFor = (type: GraphQLInputType, depth = 0): unknown => {
    if (isNonNullType(type)) return valueFor(type.ofType, depth);
    if (isListType(type))
      return Array.from({ length: 1 + Math.floor(random() * 2) }, () =>
        valueFor(type.ofType, depth),
      );
    if (isEnumType(type)) return pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const given = Object.values(type.getFields()).filter(
        (field) => isRequiredInputField(field) || (depth < deepestInput && chance(0.5)),
      );
      return Object.fromEntries(
        given.map((field) => [field.name, valueFor(field.type, depth + 1)]),
      );
    }
    switch (getNamedType(type).name) {
      case 'ID':
        return pick(ids);
      case 'Int':
        return pick([0, 1, 2, 3]);
      case 'Boolean':
        return chance(0.5);
      default:
        return pick(['x', 'Ada', ...ids.slice(0, 2), '']);
    }
  };
  const argument = (given: GraphQLArgument): string => {
    const value = valueFor(given.type);
    const inVariable = chance(0.5);
    return `${given.name}: ${inVariable ? variable(String(given.type), value) : literal(value, given.type)}`;
  };
  const argumentsOf = (field: GraphQLField<unknown, unknown>): string => {
    const given = field.args.filter(({ type }) => isNonNullType(type) || chance(0.6));
    return given.length === 0 ? '' : `(${given.map(argument).join(', ')})`;
  };
  const condition = (): string => {
    if (!chance(0.12)) return '';
    const value = chance(0.6);
    const text = chance(0.6) ? variable('Boolean!', value) : String(value);
    return ` @${pick(['skip', 'include'])}(if: ${text})`;
  };

  const field = (definition: GraphQLField<unknown, unknown>, depth: number): string => {
    const type = getNamedType(definition.type);
    // With arguments always under a name of its own: two of one name must not differ.
    const alias = definition.args.length > 0 || chance(0.2) ? `a${aliases++}: ` : '';
    const head = `${alias}${definition.name}${argumentsOf(definition)}${condition()}`;
    return isCompositeType(type) ? `${head} ${selection(type, depth + 1)}` : head;
  };
  const fieldsOf = (type: GraphQLCompositeType) =>
    (isUnionType(type) ? [] : Object.values(type.getFields())).filter(({ name }) => isWanted(name));
  const conditionsFor = (type: GraphQLCompositeType): readonly GraphQLCompositeType[] => {
    if (isObjectType(type)) return [type, ...type.getInterfaces()];
    const possible: readonly GraphQLObjectType[] = schema.getPossibleTypes(type);
    return isInterfaceType(type) ? [type, ...possible] : possible;
  };
  const fragment = (type: GraphQLCompositeType, depth: number): string => {
    const on = pick(conditionsFor(type));
    if (chance(0.7)) return `... on ${on.name}${condition()} ${selection(on, depth + 1)}`;
    const index = fragments.length;
    const name = `F${index}`;
    // Its place is taken first: what it selects may define fragments too.
    fragments.push('');
    fragments[index] = `fragment ${name} on ${on.name} ${selection(on, depth + 1)}`;
    return `...${name}${condition()}`;
  };
  const selection = (type: GraphQLCompositeType, depth: number): string => {
    const fields = fieldsOf(type);
    const leaves = fields.filter(({ type: of }) => !isCompositeType(getNamedType(of)));
    const usable = depth >= deepest ? leaves : fields;
    const parts: string[] = [];
    const count = 1 + Math.floor(random() * 4);
    for (let index = 0; index < count; index++) {
      if (depth < deepest && chance(isUnionType(type) ? 0.8 : 0.2))
        parts.push(fragment(type, depth));
      else if (usable.length > 0 && !chance(0.08)) parts.push(field(pick(usable), depth));
      else parts.push(chance(0.5) ? '__typename' : `a${aliases++}: __typename`);
    }
    return `{ ${parts.join(' ')} }`;
  };

  const root = schema.getQueryType();
  if (root == null) throw new Error('the schema has no queries');
  const body = selection(root, 0);
  const head = definitions.length === 0 ? 'query' : `query Q(${definitions.join(', ')})`;
  return { query: [`${head} ${body}`, ...fragments].join('\n'), variables };
}
