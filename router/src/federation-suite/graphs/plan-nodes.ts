/** Every kind of node that a plan has, in every order that the planner puts them in. */
/** What ran, in order; tests empty it. */
export const log: string[] = [];
const noted = <Value>(name: string, value: Value): Value => {
  log.push(name);
  return value;
};
const ids = ['1', '2', '3'];

export const plansGraph = {
  a: {
    typeDefs: `
      type Query { first: Node nodes(of: [ID!] = ["1", "2", "3"]): [Node] deep: [[Node]] }
      type Mutation { a(n: Int!): Node aFails: Node aStrict: Int! }
      type Subscription { changed(id: ID!): Change! other: Int }
      type Change { kind: String! node: Node nodes: [Node] }
      type Node @key(fields: "id") { id: ID! a: Int next: Node list: [Node] }
    `,
    resolvers: {
      Query: {
        first: () => ({ id: '1' }),
        nodes: (_: unknown, { of }: { of: string[] }) => [...of.map((id) => ({ id })), null],
        deep: () => [[{ id: '1' }, null], null, [{ id: '2' }, { id: '1' }]],
      },
      Mutation: {
        a: (_: unknown, { n }: { n: number }) => noted(`a${n}`, { id: String(n) }),
        aFails: () => {
          noted('aFails', null);
          throw new Error('a fails');
        },
        aStrict: () => noted('aStrict', null),
      },
      Node: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        a: ({ id }: { id: string }) => Number(id),
        next: ({ id }: { id: string }) => (id === '3' ? null : { id: String(Number(id) + 1) }),
        list: () => [{ id: '3' }, null, { id: '1' }],
      },
    },
  },
  b: {
    typeDefs: `
      type Query { bs: [Node!] }
      type Mutation { b(n: Int!): Node }
      type Node @key(fields: "id") { id: ID! b: Int owner: Owner argued(x: Int, of: Options): String }
      type Owner @key(fields: "id") { id: ID! }
      input Options { words: [String!] n: Int }
    `,
    resolvers: {
      Query: { bs: () => ids.map((id) => ({ id })) },
      Mutation: { b: (_: unknown, { n }: { n: number }) => noted(`b${n}`, { id: String(n) }) },
      Node: {
        b: ({ id }: { id: string }) => noted(`Node.b ${id}`, Number(id) * 10),
        owner: ({ id }: { id: string }) => (id === '2' ? null : { id: `o${id}` }),
        argued: (_: unknown, given: unknown) => JSON.stringify(given),
      },
    },
  },
  c: {
    typeDefs: `
      type Node @key(fields: "id") { id: ID! c: Int b: Int @external sum: Int @requires(fields: "b") }
      type Owner @key(fields: "id") { id: ID! name: String node: Node }
    `,
    resolvers: {
      Node: {
        c: ({ id }: { id: string }) => Number(id) * 100,
        sum: ({ id, b }: { id: string; b: number }) => Number(id) + b,
      },
      Owner: {
        name: ({ id }: { id: string }) => `owner ${id}`,
        node: ({ id }: { id: string }) => ({ id: id.slice(1) }),
      },
    },
  },
};
