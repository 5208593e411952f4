import { describeFederation } from '../test-support/federation-case.js';

/** Nulls that spread through lists and objects, over subgraphs, and errors at the exact places. */
const fail = (message: string) => () => {
  throw new Error(message);
};
const failFor =
  (wrong: string) =>
  ({ id }: { id: string }) => {
    if (id === wrong) throw new Error(`no ${id}`);
    return `fine ${id}`;
  };
const things = ['1', '2', '3'].map((id) => ({ id }));

const subgraphs = {
  a: {
    typeDefs: `
      type Query {
        soft: [Thing] hard: [Thing!] hardest: [Thing!]! one(id: ID!): Thing must: Thing!
        rows: [[Thing!]] table: [[Thing!]!]! box: Box
      }
      type Box { label: String! things: [Thing!]! inner: Box! wrong: String! }
      type Thing @key(fields: "id") { id: ID! a: String aMust: String! }
    `,
    resolvers: {
      Query: {
        soft: () => [...things, null],
        hard: () => things,
        hardest: () => things,
        one: (_: unknown, { id }: { id: string }) => ({ id }),
        must: () => ({ id: '2' }),
        rows: () => [[things[0]], [things[1], things[2]], null],
        table: () => [[things[0]], [things[2]]],
        box: () => ({ label: 'box', things, inner: { label: 'inner', things: [], inner: null } }),
      },
      Box: { wrong: fail('wrong') },
      Thing: { a: failFor('2'), aMust: failFor('2') },
    },
  },
  b: {
    typeDefs: `
      type Thing @key(fields: "id") { id: ID! b: String bMust: String! bNull: String! list: [String] mustList: [String!] parts: [Part!] }
      type Part @key(fields: "id") { id: ID! }
    `,
    resolvers: {
      Thing: {
        __resolveReference: ({ id }: { id: string }) => (id === '3' ? null : { id }),
        b: failFor('2'),
        bMust: failFor('2'),
        bNull: () => null,
        list: () => ['x', null, 'y'],
        mustList: ({ id }: { id: string }) => ['x', id === '2' ? null : 'y'],
        parts: () => [{ id: 'p1' }, { id: 'p2' }],
      },
    },
  },
  c: {
    typeDefs: `type Part @key(fields: "id") { id: ID! name: String must: String! }`,
    resolvers: {
      Part: {
        __resolveReference: async ({ id }: { id: string }) => {
          if (id === 'p2') throw new Error('part p2 is broken');
          return { id };
        },
        name: ({ id }: { id: string }) => id,
        must: () => 'here',
      },
    },
  },
};

describeFederation('errors and nulls', subgraphs, {
  'a nullable field of one in a list': {
    query: '{ soft { id a } }',
    errorPaths: [['soft', 1, 'a']],
  },
  'a field that must not be null, in a list that may hold nulls': {
    query: '{ soft { id aMust } }',
    data: { soft: [{ id: '1', aMust: 'fine 1' }, null, { id: '3', aMust: 'fine 3' }, null] },
    errorPaths: [['soft', 1, 'aMust']],
  },
  'a field that must not be null, in a list of what must not be null': {
    query: '{ hard { id aMust } one(id: "1") { id } }',
    data: { hard: null, one: { id: '1' } },
    errorPaths: [['hard', 1, 'aMust']],
  },
  'up to the root': {
    query: '{ hardest { id aMust } one(id: "1") { id } }',
    data: null,
    errorPaths: [['hardest', 1, 'aMust']],
  },
  'an entity of a list': { query: '{ soft { id b } }', errorPaths: [['soft', 1, 'b']] },
  aliases: {
    query: '{ x: soft { y: id z: b w: a } }',
    errorPaths: [
      ['x', 1, 'z'],
      ['x', 1, 'w'],
    ],
  },
  'the same entity at several places': {
    query: '{ soft { b } one(id: "2") { b } rows { b } }',
    data: {
      soft: [{ b: 'fine 1' }, { b: null }, { b: null }, null],
      one: { b: null },
      rows: [[{ b: 'fine 1' }], [{ b: null }, { b: null }], null],
    },
  },
  'a field of an entity that must not be null': {
    query: '{ one(id: "2") { id bMust } other: one(id: "1") { bMust } }',
    data: { one: null, other: { bMust: 'fine 1' } },
    errorPaths: [['one', 'bMust']],
  },
  'a field of an entity that must not be null, up through lists': {
    query: '{ rows { bMust } }',
  },
  'nulls in lists of scalars': {
    query: '{ one(id: "1") { list mustList } two: one(id: "2") { list mustList } }',
    data: {
      one: { list: ['x', null, 'y'], mustList: ['x', 'y'] },
      two: { list: ['x', null, 'y'], mustList: null },
    },
  },
  'an entity that its subgraph fails to find': {
    query: '{ one(id: "1") { parts { id name } } }',
    data: {
      one: {
        parts: [
          { id: 'p1', name: 'p1' },
          { id: 'p2', name: null },
        ],
      },
    },
  },
  'an entity whose subgraph fails, where a field must not be null': {
    query: '{ one(id: "1") { parts { id must } a } }',
    data: { one: { parts: null, a: 'fine 1' } },
  },
  'an object that must not be null is': {
    query: '{ box { label inner { label inner { label } } } one(id: "1") { id } }',
    data: { box: null, one: { id: '1' } },
  },
  'a field beside a list of entities': {
    query: '{ box { wrong things { b } } one(id: "1") { a } }',
    data: { box: null, one: { a: 'fine 1' } },
  },
  tables: { query: '{ table { b } }' },
  'below an alias in a fragment': {
    query: '{ ...F } fragment F on Query { r: rows { ...G } } fragment G on Thing { q: b }',
  },
});
