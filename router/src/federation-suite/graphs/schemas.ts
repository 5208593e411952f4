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

export const schemasGraph = {
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
