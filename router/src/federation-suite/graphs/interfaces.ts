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

export const interfacesGraph = {
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
