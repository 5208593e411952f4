import { expect, it } from 'vitest';
import { startComparedExecutors } from '../test-support/compared-executors.js';
import { describeFederation } from '../test-support/federation-case.js';

/**
 * What composition makes of types that several subgraphs define: @shareable, @inaccessible, @override, @tag, the
 * access directives, Federation 1's @extends, enums and inputs that differ, scalars of one's own.
 */
const gadgets = [
  { id: 'g1', name: 'Lamp', price: 10, state: 'NEW', moods: ['CALM', 'WILD'], secret: 'x' },
  { id: 'g2', name: null, price: 0, state: 'USED', moods: null, secret: null },
];
type Gadget = (typeof gadgets)[number];
const byId = ({ id }: { id: string }) => gadgets.find((gadget) => gadget.id === id);

const subgraphs = {
  one: {
    typeDefs: `
      scalar Json
      type Query {
        gadgets(filter: Filter, hidden: Int @inaccessible): [Gadget!]! @tag(name: "public")
        gadget(id: ID!): Gadget
        echo(input: Json, words: [String!] = ["a", "b"]): Json
        version: String @shareable
      }
      type Gadget @key(fields: "id") @tag(name: "thing") {
        id: ID! name: String @shareable price: Int state: State
        secret: String @inaccessible
        hiddenThing: Hidden @inaccessible
        size: Size @shareable
      }
      type Hidden @inaccessible { x: Int }
      type Size @shareable { width: Int height: Int }
      input Filter { id: ID state: State maxPrice: Int = 100 onlyHere: Int hiddenField: Int @inaccessible }
      enum State { NEW USED BROKEN @inaccessible }
    `,
    resolvers: {
      Query: {
        gadgets: (
          _: unknown,
          { filter }: { filter?: { id?: string; maxPrice?: number; state?: string } },
        ) =>
          gadgets.filter(
            ({ id, price, state }) =>
              (filter?.id === undefined || id === filter.id) &&
              (filter?.state === undefined || state === filter.state) &&
              price <= (filter?.maxPrice ?? 100),
          ),
        gadget: (_: unknown, given: { id: string }) => byId(given),
        echo: (_: unknown, given: unknown) => given,
        version: () => '1',
      },
      Gadget: {
        __resolveReference: byId,
        size: () => ({ width: 1, height: 2 }),
      },
    },
  },
  two: {
    typeDefs: `
      type Query { moods(of: [Mood!]): [Mood] version: String @shareable state(of: State, filter: Filter): State }
      type Gadget @key(fields: "id") {
        id: ID! name: String @shareable
        price: Int @override(from: "one")
        moods: [Mood!] best: State
        size: Size @shareable
      }
      type Size @shareable { width: Int depth: Int }
      enum Mood { CALM WILD }
      "Only what both know can be given."
      input Filter { id: ID state: State maxPrice: Int = 100 }
      enum State { NEW USED BROKEN }
    `,
    resolvers: {
      Query: {
        moods: (_: unknown, { of }: { of?: string[] }) => [...(of ?? []), null],
        version: () => '1',
        state: (_: unknown, { of, filter }: { of?: string; filter?: { state?: string } }) =>
          of ?? filter?.state ?? null,
      },
      Gadget: {
        __resolveReference: byId,
        name: ({ name }: Gadget) => name,
        price: ({ price }: Gadget) => price + 1_000,
        best: ({ id }: Gadget) => (id === 'g1' ? 'NEW' : null),
        size: () => ({ width: 1, depth: 3 }),
      },
    },
  },
  old: {
    isFederation1: true,
    typeDefs: `
      extend type Query { oldest: Gadget }
      type Gadget @extends @key(fields: "id") {
        id: ID! @external
        price: Int @external
        age: Int
        worth: Int @requires(fields: "price")
      }
      extend type Owner @key(fields: "id") { id: ID! @external since: Int }
    `,
    resolvers: {
      Query: { oldest: () => ({ id: 'g2' }) },
      Gadget: {
        age: ({ id }: { id: string }) => id.length * 40,
        worth: ({ price }: { price: number }) => price * 2,
      },
      Owner: { since: () => 1999 },
    },
  },
  owners: {
    isFederation1: true,
    typeDefs: `
      type Query { owners: [Owner] }
      type Owner @key(fields: "id") { id: ID! name: String gadget: Gadget }
      extend type Gadget @key(fields: "id") { id: ID! @external owner: Owner @provides(fields: "since") }
      extend type Owner { since: Int @external }
    `,
    resolvers: {
      Query: { owners: () => [{ id: 'o1', name: 'Ann' }, null] },
      Owner: {
        __resolveReference: ({ id }: { id: string }) => ({ id, name: `owner ${id}` }),
        gadget: () => ({ id: 'g1' }),
      },
      Gadget: {
        owner: ({ id }: { id: string }) => (id === 'g2' ? null : { id: 'o2', since: 2020 }),
      },
    },
  },
};

describeFederation(
  'composed schemas',
  subgraphs,
  {
    '@override takes a field over': {
      query: '{ gadgets { name price } }',
      data: {
        gadgets: [
          { name: 'Lamp', price: 1_010 },
          { name: null, price: 1_000 },
        ],
      },
    },
    '@shareable from wherever one is': { query: '{ version gadgets { name size { width } } }' },
    '@shareable types with fields that differ': {
      query: '{ gadgets { size { width height depth } } }',
      data: {
        gadgets: [
          { size: { width: 1, height: 2, depth: 3 } },
          { size: { width: 1, height: 2, depth: 3 } },
        ],
      },
    },
    'enums: what one gives and the other takes': {
      query:
        'query Q($s: State, $m: [Mood!]) { state(of: $s) literal: state(of: USED) moods(of: $m) }',
      variables: { s: 'NEW', m: ['WILD', 'CALM'] },
    },
    'inputs: nested, defaults, nulls': {
      query:
        '{ a: gadgets(filter: { state: NEW }) { id } b: gadgets(filter: { maxPrice: 5 }) { id } c: gadgets(filter: null) { id } d: state(filter: { state: USED, id: null }) }',
    },
    'inputs by variables': {
      query:
        'query Q($f: Filter, $i: ID) { gadgets(filter: $f) { id } b: gadgets(filter: { id: $i }) { price } }',
      variables: { f: { state: 'USED' }, i: 'g1' },
    },
    'a scalar of any shape': {
      query:
        'query Q($j: Json) { echo(input: $j) b: echo(input: { x: [1, "2", { y: null }] }, words: []) }',
      variables: { j: { a: [1, null, { b: 'ü' }] } },
    },
    'a null in a list of enums': { query: '{ moods gadgets { moods best state } }' },
    'Federation 1: @extends and @requires': {
      query: '{ oldest { id age worth name } gadget(id: "g1") { age worth } }',
      data: {
        oldest: { id: 'g2', age: 80, worth: 2_000, name: null },
        gadget: { age: 80, worth: 2_020 },
      },
    },
    'Federation 1: @provides and extend type': {
      query: '{ owners { name since gadget { price owner { since name } } } }',
    },
    'introspection knows nothing of what is inaccessible': {
      query:
        '{ g: __type(name: "Gadget") { fields { name } } f: __type(name: "Filter") { inputFields { name defaultValue } } s: __type(name: "State") { enumValues { name } } h: __type(name: "Hidden") { name } q: __type(name: "Query") { fields { name args { name } } } }',
    },
  },
  (executors) => {
    it.each([
      ['a field', '{ gadgets { secret } }'],
      ['a field of a hidden type', '{ gadgets { hiddenThing { x } } }'],
      ['an argument', '{ gadgets(hidden: 1) { id } }'],
      ['a field of an input', '{ gadgets(filter: { hiddenField: 1 }) { id } }'],
      [
        'a field of an input that only one subgraph knows',
        '{ gadgets(filter: { onlyHere: 1 }) { id } }',
      ],
      ['a value of an enum', '{ state(of: BROKEN) }'],
    ])('%s that is inaccessible cannot be asked for', async (_name, query) => {
      await expect(executors().ours(query)).rejects.toMatchObject({
        errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
      });
    });

    it('a value of an enum that is inaccessible never gets out', async () => {
      const { graph, ours } = executors();
      const body = JSON.stringify({ data: { gadget: { state: 'BROKEN' } } });
      graph.subgraphs['one']?.answerWith({ status: 200, body });
      try {
        const { data, errors } = await ours('{ gadget(id: "g1") { state } }');
        expect(data).toEqual({ gadget: { state: null } });
        expect(errors).toMatchObject([{ path: ['gadget', 'state'] }]);
      } finally {
        graph.subgraphs['one']?.answerWith(null);
      }
    });
  },
);

it.each([
  ['@authenticated', 'authenticated/v0.1'],
  ['@requiresScopes(scopes: [["read:a"]])', 'requiresScopes/v0.1'],
  ['@policy(policies: [["owner"]])', 'policy/v0.1'],
])(
  'a supergraph with %s is refused: nobody here enforces it before issue 5',
  async (directive, feature) => {
    const typeDefs = `type Query { open: String guarded: String ${directive} }`;
    await expect(startComparedExecutors({ one: { typeDefs } })).rejects.toThrow(
      `${feature} is for: SECURITY but is unsupported`,
    );
  },
);
