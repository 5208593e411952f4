import { Supergraph } from '@apollo/federation-internals';
import { getOperationAST, getVariableValues, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { composeSupergraph } from '../supergraph/compose.js';
import { costModel, type CostModelOptions } from './cost-model.js';

const imports = '["@key", "@shareable", "@cost", "@listSize"]';
const federation = (imported: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${imported})\n`;

const typeDefs = `
  type Query {
    me: User
    users(max: Int): [User] @listSize(slicingArguments: ["max"])
    page(first: Int, last: Int): [User] @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: false, assumedSize: 7)
    defaulted(first: Int = 4): [User] @listSize(slicingArguments: ["first"])
    top: [User] @listSize(assumedSize: 10)
    tags: [String]
    grid: [[User]]
    films(first: Int, last: Int): FilmConnection
      @listSize(slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"])
    search: [Result!]! @listSize(assumedSize: 5)
    node: Node
    topProducts(filter: Filter @cost(weight: 15)): [String] @cost(weight: 5) @listSize(assumedSize: 10)
    popular(approx: Approximate @cost(weight: -3)): User @cost(weight: 5)
    free(approx: Approximate @cost(weight: -9)): User @cost(weight: 5)
    plain(filter: Filter): Int
    report: Report
    mood: Mood
  }
  type Mutation { rename(input: Rename!): User }
  type Subscription { ticked: User }
  type User @key(fields: "id") { id: ID! name: String age: Int @cost(weight: 2) friend: User mood: Mood report: Report }
  type Film implements Node { id: ID! title: String stars: [User!]! @listSize(assumedSize: 3) node: Node }
  type FilmEdge { cursor: ID node: Film }
  type FilmConnection { edges: [FilmEdge] nodes: [Film] pageInfo: PageInfo }
  type PageInfo { more: Boolean }
  type Epic implements Node @cost(weight: 6) { id: ID! title: String @cost(weight: 4) stars: [User!]! @listSize(assumedSize: 30) node: Node }
  union Result = User | Film | Epic
  interface Node { id: ID! title: String stars: [User!]! @listSize(assumedSize: 2) node: Node }
  type Short implements Node { id: ID! title: String stars: [User!]! node: Node }
  scalar Report @cost(weight: 8)
  enum Mood @cost(weight: 3) { GOOD BAD }
  enum Approximate { YES }
  input Filter { approx: Approximate @cost(weight: -12) other: Filter both: [Filter!] }
  input Rename { id: ID! to: String }
`;

function graph(imported = imports, sdl = typeDefs) {
  const composition = composeSupergraph([
    { name: 'all', url: 'http://all', sdl: federation(imported) + sdl },
  ]);
  if ('errors' in composition) throw new Error(composition.errors.join('\n'));
  const { supergraphSdl } = composition;
  const schema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  return { supergraphSdl, schema };
}

const shared = graph();

function costOf(
  query: string,
  variables: Record<string, unknown> = {},
  options: Partial<CostModelOptions> = {},
) {
  const { schema } = options.schema === undefined ? shared : { schema: options.schema };
  const document = parse(query);
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('no operation');
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  const model = costModel({ ...shared, ...options });
  const asked = { document, operation };
  return {
    estimate: () => model.estimate(asked, coerced ?? {}),
    measure: (data: Record<string, unknown> | null) => model.measure(asked, coerced ?? {}, data),
  };
}

interface Case {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly fieldCost: number;
  /** The root type is 1 of it. */
  readonly typeCost: number;
  readonly problems?: string[];
}

const cases: Record<string, Case> = {
  "the specification's example: 5 users with an age of weight 2": {
    query: '{ users(max: 5) { age } }',
    fieldCost: 1 + 5 * 2,
    typeCost: 1 + 5,
  },
  'scalars cost nothing, objects 1': { query: '{ me { id name } }', fieldCost: 1, typeCost: 2 },
  'objects below objects': {
    query: '{ me { friend { friend { id } } } }',
    fieldCost: 3,
    typeCost: 4,
  },
  'an alias asks again': { query: '{ me { id } other: me { id } }', fieldCost: 2, typeCost: 3 },
  'the same field twice is one field': {
    query:
      '{ me { id } me { friend { id } } ...F ...F } fragment F on Query { me { friend { name } } }',
    fieldCost: 2,
    typeCost: 3,
  },
  'a slicing argument by variable': {
    query: 'query Q($n: Int) { users(max: $n) { id } }',
    variables: { n: 3 },
    fieldCost: 1,
    typeCost: 4,
  },
  "a variable's default": {
    query: 'query Q($n: Int = 6) { users(max: $n) { id } }',
    fieldCost: 1,
    typeCost: 7,
  },
  "an argument's default": { query: '{ defaulted { id } }', fieldCost: 1, typeCost: 5 },
  'no slicing argument where one is required': {
    query: '{ users { id } }',
    fieldCost: 1,
    typeCost: 21,
    problems: ['Query.users needs exactly one of max.'],
  },
  'a slicing argument that is null is none': {
    query: 'query Q($n: Int) { users(max: $n) { id } }',
    variables: { n: null },
    fieldCost: 1,
    typeCost: 21,
    problems: ['Query.users needs exactly one of max.'],
  },
  'two slicing arguments where one is required': {
    query: '{ films(first: 2, last: 9) { nodes { id } } }',
    fieldCost: 2,
    typeCost: 1 + 1 + 9,
    problems: ['Query.films needs exactly one of first, last.'],
  },
  'two slicing arguments, the larger counts': {
    query: '{ page(first: 2, last: 9) { id } }',
    fieldCost: 1,
    typeCost: 10,
  },
  'no slicing argument, the assumed size': { query: '{ page { id } }', fieldCost: 1, typeCost: 8 },
  'a negative slice is empty': { query: '{ users(max: -5) { age } }', fieldCost: 1, typeCost: 1 },
  'an assumed size': { query: '{ top { age } }', fieldCost: 1 + 10 * 2, typeCost: 11 },
  'a list of which nothing is known': {
    query: '{ tags grid { id } }',
    fieldCost: 1,
    typeCost: 1 + 400,
  },
  'the sized fields of a connection': {
    query: '{ films(first: 5) { edges { cursor node { title } } pageInfo { more } } }',
    // films, edges, pageInfo, and a node in each of 5 edges
    fieldCost: 3 + 5,
    typeCost: 1 + 1 + 5 + 5 + 1,
  },
  'lists within lists multiply': {
    query: '{ films(first: 5) { nodes { stars { age } } } }',
    fieldCost: 2 + 5 * (1 + 3 * 2),
    typeCost: 1 + 1 + 5 * (1 + 3),
  },
  'a union costs its dearest member': {
    query: '{ search { ... on User { age } ... on Film { title } ... on Epic { title } } }',
    fieldCost: 1 + 5 * 4,
    typeCost: 1 + 5 * 6,
  },
  'an interface costs its dearest implementation': {
    query: '{ node { title stars { id } } }',
    fieldCost: 1 + 4 + 1,
    typeCost: 1 + 6 + 30,
  },
  'a fragment on one implementation': {
    query: '{ node { ... on Film { stars { age } } } }',
    fieldCost: 1 + 1 + 3 * 2,
    typeCost: 1 + 6,
  },
  'a fragment on an interface within a union': {
    query: '{ search { ... on Node { id ...S } } } fragment S on Short { stars { id } }',
    fieldCost: 1,
    typeCost: 1 + 5 * 6,
  },
  "a list size that stands at the interface's field": {
    query: '{ node { ... on Short { stars { age } } } }',
    fieldCost: 1 + 1 + 2 * 2,
    typeCost: 1 + 6,
  },
  'an argument that makes it dearer': { query: '{ topProducts }', fieldCost: 5, typeCost: 1 },
  'the same argument, used': { query: '{ topProducts(filter: {}) }', fieldCost: 20, typeCost: 1 },
  "an input field's weight": {
    query: '{ topProducts(filter: { approx: YES }) }',
    fieldCost: 8,
    typeCost: 1,
  },
  'input fields by variable, nested and in lists': {
    query: 'query Q($f: Filter) { plain(filter: $f) }',
    variables: { f: { other: {}, both: [{ other: {} }, {}] } },
    // the argument, other, both, and other once more
    fieldCost: 4,
    typeCost: 1,
  },
  'an argument that makes it cheaper': {
    query: '{ popular(approx: YES) { id } }',
    fieldCost: 2,
    typeCost: 2,
  },
  'a field never costs less than nothing': {
    query: '{ free(approx: YES) { id } }',
    fieldCost: 0,
    typeCost: 2,
  },
  'scalars and enums with a weight': {
    query: '{ report mood }',
    fieldCost: 0,
    typeCost: 1 + 8 + 3,
  },
  'what is skipped costs nothing': {
    query:
      'query Q($no: Boolean!) { me @include(if: $no) { id } top @skip(if: true) { id } ... @include(if: $no) { report } }',
    variables: { no: false },
    fieldCost: 0,
    typeCost: 1,
  },
  'what is included costs': {
    query: 'query Q($yes: Boolean!) { me @include(if: $yes) { id } }',
    variables: { yes: true },
    fieldCost: 1,
    typeCost: 2,
  },
  'introspection costs nothing': {
    query: '{ __typename __schema { types { name } } }',
    fieldCost: 0,
    typeCost: 1,
  },
  'a mutation with its input': {
    query: 'mutation { rename(input: { id: 1, to: "x" }) { id } }',
    fieldCost: 2,
    typeCost: 2,
  },
  'a subscription': { query: 'subscription { ticked { id } }', fieldCost: 1, typeCost: 2 },
};

describe('the estimated cost', () => {
  it.each(Object.entries(cases).map(([name, given]) => ({ name, ...given })))(
    '$name',
    ({ query, variables, fieldCost, typeCost, problems = [] }) => {
      expect(costOf(query, variables).estimate()).toEqual({ fieldCost, typeCost, problems });
    },
  );

  it('takes the length of unknown lists from its options', () => {
    expect(costOf('{ grid { id } }', {}, { assumedListSize: 3 }).estimate().typeCost).toBe(10);
  });

  it('ends at the largest whole number', () => {
    const endless = costOf('{ grid { age } }', {}, { assumedListSize: 1e200 }).estimate();
    expect(endless.fieldCost).toBe(Number.MAX_SAFE_INTEGER);
    expect(endless.typeCost).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('analyses a deep operation over many types once a level', () => {
    const depth = 60;
    const query = `{ node { ${'node { '.repeat(depth)} id ${'} '.repeat(depth)} } }`;
    // Three possible types at each level: without a memory this would be 3^60 steps.
    expect(costOf(query).estimate()).toMatchObject({
      fieldCost: depth + 1,
      typeCost: 1 + 6 * (depth + 1),
    });
  });
});

describe('the names of the directives', () => {
  it.each([
    {
      imported:
        '["@key", "@shareable", { name: "@cost", as: "@price" }, { name: "@listSize", as: "@length" }]',
      cost: '@price',
      listSize: '@length',
    },
    {
      imported: '["@key", "@shareable"]',
      cost: '@federation__cost',
      listSize: '@federation__listSize',
    },
  ])('$cost and $listSize', ({ imported, cost, listSize }) => {
    const renamed = graph(
      imported,
      typeDefs.replaceAll('@cost', cost).replaceAll('@listSize', listSize),
    );
    expect(costOf('{ users(max: 5) { age } }', {}, renamed).estimate()).toEqual({
      fieldCost: 11,
      typeCost: 6,
      problems: [],
    });
  });

  it('are missing in a supergraph without costs', () => {
    const plain = graph(
      '["@key"]',
      'type Query { me: User } type User @key(fields: "id") { id: ID! }',
    );
    expect(costOf('{ me { id } }', {}, plain).estimate()).toMatchObject({
      fieldCost: 1,
      typeCost: 2,
    });
  });
});

interface Measured {
  readonly name: string;
  readonly query: string;
  readonly data: Record<string, unknown> | null;
  readonly fieldCost: number;
  readonly typeCost: number;
}

describe('the measured cost', () => {
  it.each<Measured>([
    {
      name: "the specification's example: 3 users of 5",
      query: '{ users(max: 5) { age } }',
      data: { users: [{ age: 33 }, { age: 45 }, { age: 27 }] },
      fieldCost: 7,
      typeCost: 4,
    },
    {
      name: 'a null costs its field',
      query: '{ me { id } }',
      data: { me: null },
      fieldCost: 1,
      typeCost: 1,
    },
    {
      name: 'nulls in a list',
      query: '{ top { age } }',
      data: { top: [null, { age: 1 }] },
      fieldCost: 3,
      typeCost: 2,
    },
    { name: 'no data at all', query: '{ me { id } }', data: null, fieldCost: 0, typeCost: 0 },
    {
      name: 'scalars with a weight',
      query: '{ report mood }',
      data: { report: {}, mood: null },
      fieldCost: 0,
      typeCost: 9,
    },
    {
      name: 'the type that __typename tells',
      query: '{ search { kind: __typename ... on Film { id } ... on Epic { id } } }',
      data: {
        search: [
          { kind: 'Film', id: '1' },
          { kind: 'Epic', id: '2' },
        ],
      },
      fieldCost: 1,
      typeCost: 1 + 1 + 6,
    },
    {
      name: 'the type that the keys tell',
      query: '{ search { ... on User { age } ... on Epic { title } } }',
      data: { search: [{ age: 1 }, { title: 'x' }, {}] },
      fieldCost: 1 + 2 + 4,
      typeCost: 1 + 1 + 6 + 1,
    },
    {
      name: 'a list within a list',
      query: '{ grid { id } }',
      data: { grid: [[{ id: '1' }, null], null, []] },
      fieldCost: 1,
      typeCost: 2,
    },
    {
      name: 'an alias that hides a property of every object',
      query: '{ toString: me { valueOf: id constructor: friend { id } } }',
      data: { toString: { valueOf: '1', constructor: { id: '2' } } },
      fieldCost: 2,
      typeCost: 3,
    },
  ])('$name', ({ query, data, fieldCost, typeCost }) => {
    const costs = costOf(query);
    expect(costs.measure(data)).toEqual({ fieldCost, typeCost });
    const estimated = costs.estimate();
    expect(estimated.fieldCost).toBeGreaterThanOrEqual(fieldCost);
    expect(estimated.typeCost).toBeGreaterThanOrEqual(typeCost);
  });
});
