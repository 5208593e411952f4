import { expect, it } from 'vitest';
import { describeFederation, type FederationCase } from '../test-support/federation-case.js';

/**
 * Interfaces and unions over several subgraphs: @interfaceObject, interfaces with keys, members that not every
 * subgraph knows, and the rewrites of a plan where fields of one name have different types (KeyRenamer) or a
 * subgraph needs a type's name that differs from the answer's (ValueSetter).
 */
const animals = [
  { __typename: 'Cat', id: 'c1', name: 'Tom', lives: 9, size: 3 },
  { __typename: 'Dog', id: 'd1', name: null, tricks: ['sit', null], size: 'big' },
  { __typename: 'Fish', id: 'f1', name: 'Bub', deep: true, size: null },
];
type Animal = (typeof animals)[number];
const byId = ({ id }: { id: string }) => animals.find((animal) => animal.id === id);
const references = Object.fromEntries(
  ['Cat', 'Dog', 'Fish'].map((name) => [name, { __resolveReference: byId }]),
);

const subgraphs = {
  animals: {
    typeDefs: `
      type Query { animals: [Animal]! animal(id: ID!): Animal pets: [Pet] zoo: Zoo rows: [[Animal!]] }
      interface Animal @key(fields: "id") { id: ID! name: String friend: Animal }
      type Cat implements Animal @key(fields: "id") { id: ID! name: String friend: Animal lives: Int size: Int rank: Int! @shareable }
      type Dog implements Animal @key(fields: "id") { id: ID! name: String friend: Animal tricks: [String] size: String rank: Int }
      type Fish implements Animal @key(fields: "id") { id: ID! name: String friend: Animal deep: Boolean size: Int rank: Int }
      union Pet = Cat | Dog
      type Zoo { star: Pet guests: [Pet!]! }
    `,
    resolvers: {
      Query: {
        animals: () => [...animals, null],
        animal: (_: unknown, given: { id: string }) => byId(given),
        pets: () => [animals[0], null, animals[1]],
        zoo: () => ({ star: animals[1], guests: [animals[0], animals[1]] }),
        rows: () => [[animals[0], animals[2]], null, []],
      },
      Animal: {
        __resolveReference: byId,
        __resolveType: ({ __typename }: Animal) => __typename,
      },
      ...references,
      Cat: { __resolveReference: byId, friend: () => animals[1], rank: () => 1 },
      Dog: {
        __resolveReference: byId,
        friend: () => null,
        rank: () => {
          throw new Error('no rank');
        },
      },
      Fish: { __resolveReference: byId, friend: () => animals[0], rank: () => null },
    },
  },
  vet: {
    // Knows the interface only, as if it were a type.
    typeDefs: `
      type Query { patients: [Animal!]! urgent: Animal }
      type Animal @key(fields: "id") @interfaceObject { id: ID! weight: Int visits: [Visit!] nurse: Nurse }
      type Visit { day: Int! animal: Animal }
      type Nurse @key(fields: "id") { id: ID! name: String patients: [Animal] }
    `,
    resolvers: {
      Query: { patients: () => [{ id: 'd1' }, { id: 'c1' }], urgent: () => ({ id: 'f1' }) },
      Animal: {
        __resolveReference: ({ id }: { id: string }) => ({ id }),
        weight: ({ id }: { id: string }) => (id === 'f1' ? 0 : id.length * 10),
        visits: ({ id }: { id: string }) => [{ day: 1, animal: { id } }],
        nurse: ({ id }: { id: string }) => (id === 'd1' ? null : { id: 'n1' }),
      },
      Nurse: { name: () => 'Ann', patients: () => [{ id: 'c1' }, null] },
    },
  },
  shop: {
    // The union has a member more here, and one fewer.
    typeDefs: `
      type Query { offers: [Offer] }
      union Pet = Cat | Toy
      type Offer { price: Int! for: Pet }
      type Cat @key(fields: "id") { id: ID! tag: Tag rank: Int @shareable }
      type Dog @key(fields: "id") { id: ID! tag: String! }
      type Toy { material: String tag: Int }
      type Tag { text: String }
    `,
    resolvers: {
      Query: {
        offers: () => [
          { price: 5, for: { __typename: 'Toy', material: 'wool', tag: 1 } },
          null,
          { price: 0, for: { __typename: 'Cat', id: 'c1' } },
          { price: 1, for: null },
        ],
      },
      Cat: { tag: () => ({ text: 'meow' }), rank: () => 1 },
      Dog: { tag: ({ id }: { id: string }) => `tag of ${id}` },
    },
  },
};

const cases: Readonly<Record<string, FederationCase>> = {
  'fields of the interface': { query: '{ animals { __typename id name } }' },
  'fields of each type': {
    query: '{ animals { id ... on Cat { lives } ... on Dog { tricks } ... on Fish { deep } } }',
  },
  'what an @interfaceObject adds': {
    query: '{ animals { name weight visits { day } nurse { name } } }',
  },
  'what an @interfaceObject adds, by type': {
    query: '{ animals { __typename ... on Cat { weight } ... on Dog { visits { day } } } }',
  },
  'an @interfaceObject at the root': {
    query: '{ patients { id weight } }',
    data: {
      patients: [
        { id: 'd1', weight: 20 },
        { id: 'c1', weight: 20 },
      ],
    },
  },
  'from an @interfaceObject to its type': {
    query: '{ patients { __typename weight ... on Dog { tricks } ... on Cat { lives } } }',
  },
  'from an @interfaceObject to the interface': {
    query: '{ patients { id name } urgent { name } }',
  },
  'through an @interfaceObject and back': {
    query:
      '{ animals { nurse { patients { name weight } } visits { animal { __typename name } } } }',
  },
  'the interface behind the interface': {
    query: '{ animals { friend { __typename name weight ... on Dog { tag } } } }',
  },
  'one of many by argument': {
    query: 'query Q($id: ID!) { animal(id: $id) { __typename weight ... on Fish { deep } } }',
    variables: { id: 'f1' },
  },
  'lists of lists of an interface': {
    query: '{ rows { __typename weight ... on Cat { tag { text } } } }',
  },
  unions: {
    query: '{ pets { __typename ... on Animal { name weight } ... on Cat { tag { text } } } }',
  },
  'a union with a member that the other subgraph lacks': {
    query:
      '{ offers { price for { __typename ... on Toy { material } ... on Cat { name lives } ... on Dog { name } } } }',
  },
  'unions within objects': {
    query: '{ zoo { star { ... on Dog { name tag } } guests { ... on Cat { lives weight } } } }',
  },
  'fields of one name and different types': {
    query: '{ animals { ... on Cat { c: size } ... on Dog { d: size } ... on Fish { f: size } } }',
  },
  'fields of one name and different types, in entities': {
    query: '{ pets { ... on Cat { t: tag { text } } ... on Dog { s: tag } } }',
  },
  'fields that the subgraph itself cannot have side by side, with an error in one': {
    // A rank may be null in the merged schema, but not a cat's in the subgraph: the planner gives one an alias.
    query: '{ animals { ... on Cat { rank } ... on Dog { rank } ... on Fish { rank } } }',
    data: { animals: [{ rank: 1 }, { rank: null }, { rank: null }, null] },
    errorPaths: [['animals', 1, 'rank']],
    stockIsWrong: 'it reports the error at the alias that the planner made up',
  },
  'fields that the subgraph itself cannot have side by side, in lists of lists': {
    query:
      '{ rows { ... on Cat { a: rank } ... on Fish { a: rank name } } pets { ... on Cat { rank } ... on Dog { rank id } } }',
    errorPaths: [['pets', 2, 'rank']],
    stockIsWrong: 'it reports the error at the alias that the planner made up',
  },
  'fragments that never apply': {
    query:
      '{ pets { ... on Animal { ... on Fish { deep } id } } offers { for { ... on Dog { tag } } } }',
  },
  '__typename of interfaces and unions, under aliases': {
    query: '{ animals { a: __typename friend { b: __typename } } pets { c: __typename } }',
  },
};

describeFederation('interfaces and unions', subgraphs, cases, (executors) => {
  it('use both kinds of rewrites', async () => {
    const { engine } = executors();
    const plans: string[] = [];
    for (const { query } of Object.values(cases)) {
      const { plan } = await engine.prepare(query);
      plans.push(JSON.stringify(plan));
    }
    const all = plans.join();
    expect(all).toContain('"kind":"KeyRenamer"');
    expect(all).toContain('"kind":"ValueSetter"');
  });
});
