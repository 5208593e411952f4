import type { FakeSubgraphDefinition } from './subgraphs.js';

/** A graph with every feature of federation that our executor has to get right. */
const people = [
  {
    id: '1',
    name: 'Ada',
    email: 'ada@x',
    age: 36,
    managerId: null,
    friendIds: ['2', '3'],
    address: { street: 'A st', zip: '111', country: 'ES' },
  },
  {
    id: '2',
    name: null,
    email: 'bob@x',
    age: null,
    managerId: '1',
    friendIds: [],
    address: { street: null, zip: '222', country: 'BR' },
  },
  {
    id: '3',
    name: 'Eve',
    email: 'eve@x',
    age: 0,
    managerId: '2',
    friendIds: null,
    address: null,
  },
];
const person = (id: string | null) => people.find((candidate) => candidate.id === id) ?? null;

const items = [
  { __typename: 'Book', id: 'b1', ref: 11, name: 'Logic', price: 10, pages: 300, personId: '1' },
  { __typename: 'Film', id: 'f1', ref: 'x1', name: 'Noir', price: 0, minutes: 90, personId: '2' },
  { __typename: 'Book', id: 'b2', ref: 12, name: null, price: null, pages: 0, personId: null },
];
const medias = [
  { __typename: 'Song', id: 'm1', title: 'Tune', seconds: 100 },
  { __typename: 'Podcast', id: 'm2', title: 'Talk', host: 'Ann' },
];
const reviews = [
  { id: 'r1', body: 'good', rating: 5, authorId: '1', itemId: 'b1' },
  { id: 'r2', body: 'bad', rating: 1, authorId: '2', itemId: 'b1' },
  { id: 'r3', body: null, rating: 3, authorId: '3', itemId: 'f1' },
  { id: 'r4', body: 'lost', rating: 2, authorId: '99', itemId: 'b2' },
];

interface Person {
  id: string;
  managerId: string | null;
  friendIds: string[] | null;
}
interface Item {
  __typename: string;
  id: string;
  ref: string | number;
  personId: string | null;
}

let counter = 0;

export const usersSubgraph: FakeSubgraphDefinition = {
  typeDefs: `
    type Query { me: User users: [User!]! userById(id: ID!): User matrix: [[User]] strict: User! maybe: [User] }
    type Mutation { bump(by: Int!): Int! rename(id: ID!, name: String!): User }
    type User @key(fields: "id") @key(fields: "email") {
      id: ID! name: String @shareable email: String! age: Int manager: User friends: [User!]
      address: Address @shareable broken: String brokenStrict: String! secret: String @inaccessible
    }
    type Address @shareable { street: String zip: String! country: Country }
    enum Country { ES BR }
  `,
  resolvers: {
    Query: {
      me: () => people[0],
      users: () => people,
      userById: (_: unknown, { id }: { id: string }) => person(id),
      matrix: () => [[people[0], null], [], [people[1], people[2]]],
      strict: () => people[1],
      maybe: () => [people[0], null, people[2]],
    },
    Mutation: {
      bump: (_: unknown, { by }: { by: number }) => (counter += by),
      rename: (_: unknown, { id, name }: { id: string; name: string }) => ({ ...person(id), name }),
    },
    User: {
      __resolveReference: ({ id, email }: { id?: string; email?: string }) =>
        people.find((candidate) => candidate.id === id || candidate.email === email) ?? null,
      manager: ({ managerId }: Person) => person(managerId),
      friends: ({ friendIds }: Person) => friendIds?.map((id) => person(id)) ?? null,
      broken: ({ id }: Person) => {
        if (id === '2') throw new Error('broken for 2');
        return `fine ${id}`;
      },
      brokenStrict: ({ id }: Person) => {
        if (id === '2') throw new Error('strictly broken for 2');
        return `fine ${id}`;
      },
    },
  },
};

export const productsSubgraph: FakeSubgraphDefinition = {
  typeDefs: `
    type Query {
      products: [Product] product(id: ID!): Product search(term: String!): [SearchResult]
      medias: [Media!]! ownerOfTheDay: User @provides(fields: "name") nested: Shelf
    }
    type Mutation { bumpProducts(by: Int!): Int! addProduct(name: String!): Product }
    interface Product { id: ID! name: String price: Int }
    type Book implements Product @key(fields: "ref") { id: ID! ref: Int! name: String price: Int pages: Int author: User }
    type Film implements Product @key(fields: "ref") { id: ID! ref: String! name: String price: Int minutes: Int director: User }
    union SearchResult = Book | Film | User
    type User @key(fields: "id") { id: ID! name: String @external bought: [Product!] }
    interface Media @key(fields: "id") { id: ID! title: String }
    type Song implements Media @key(fields: "id") { id: ID! title: String seconds: Int }
    type Podcast implements Media @key(fields: "id") { id: ID! title: String host: String }
    type Shelf { rows: [[Product]] label: String! }
  `,
  resolvers: {
    Query: {
      products: () => [...items, null],
      product: (_: unknown, { id }: { id: string }) => items.find((item) => item.id === id),
      search: () => [items[0], { __typename: 'User', id: '2' }, items[1], null],
      medias: () => medias,
      ownerOfTheDay: () => ({ id: '1', name: 'Ada (provided)' }),
      nested: () => ({ rows: [[items[0], null], null, [items[1], items[2]]], label: 'top' }),
    },
    Mutation: {
      bumpProducts: (_: unknown, { by }: { by: number }) => (counter *= by),
      addProduct: (_: unknown, { name }: { name: string }) => ({ ...items[0], name }),
    },
    Book: {
      __resolveReference: ({ ref }: Item) => items.find((item) => item.ref === ref),
      author: ({ personId }: Item) => personId && { id: personId },
    },
    Film: {
      __resolveReference: ({ ref }: Item) => items.find((item) => item.ref === ref),
      director: ({ personId }: Item) => personId && { id: personId },
    },
    User: { bought: ({ id }: Person) => (id === '1' ? [items[0], items[1]] : null) },
    Media: {
      __resolveReference: ({ id }: { id: string }) => medias.find((media) => media.id === id),
      __resolveType: ({ __typename }: { __typename: string }) => __typename,
    },
    Song: { __resolveReference: ({ id }: { id: string }) => medias.find((m) => m.id === id) },
    Podcast: { __resolveReference: ({ id }: { id: string }) => medias.find((m) => m.id === id) },
  },
};

export const reviewsSubgraph: FakeSubgraphDefinition = {
  typeDefs: `
    type Query { topMedia: [Media!]! review(id: ID!): Review latest(first: Int = 2): [Review!]! }
    type Review @key(fields: "id") { id: ID! body: String rating: Int! author: User about: Reviewable mood(loud: Boolean): String }
    union Reviewable = Book | Film
    type Book @key(fields: "ref") {
      ref: Int! name: String @external price: Int @external
      reviews(first: Int = 2): [Review!]! label: String @requires(fields: "name price")
      strictLabel: String! @requires(fields: "name")
    }
    type Film @key(fields: "ref") { ref: String! reviews: [Review] stars: Int! }
    type User @key(fields: "id") {
      id: ID! reviews: [Review!]! address: Address @external
      greeting: String @requires(fields: "address { country zip }") failing: Int alwaysFailing: Int!
    }
    type Address { zip: String! @external country: Country @external }
    enum Country { ES BR }
    type Media @key(fields: "id") @interfaceObject { id: ID! score: Int scores: [Int!] reviewer: User }
  `,
  resolvers: {
    Query: {
      topMedia: () => [{ id: 'm2' }, { id: 'm1' }],
      review: (_: unknown, { id }: { id: string }) => reviews.find((review) => review.id === id),
      latest: (_: unknown, { first }: { first: number }) => reviews.slice(0, first),
    },
    Review: {
      author: ({ authorId }: { authorId: string }) => ({ id: authorId }),
      about: ({ itemId }: { itemId: string }) => items.find((item) => item.id === itemId),
      mood: (_: unknown, { loud }: { loud?: boolean }) => (loud === true ? 'HAPPY' : 'happy'),
    },
    Book: {
      reviews: ({ ref }: Item, { first }: { first: number }) =>
        reviews
          .filter(({ itemId }) => items.find((item) => item.ref === ref)?.id === itemId)
          .slice(0, first),
      label: ({ name, price }: { name: string | null; price: number | null }) => `${name}/${price}`,
      strictLabel: ({ name }: { name: string | null }) => name?.toUpperCase() ?? null,
    },
    Film: {
      reviews: () => [reviews[2], null],
      stars: () => 4,
    },
    User: {
      reviews: ({ id }: Person) => reviews.filter(({ authorId }) => authorId === id),
      greeting: ({ address }: { address: { country: string; zip: string } | null }) =>
        address === null ? 'nowhere' : `hello ${address.country} ${address.zip}`,
      failing: ({ id }: Person) => {
        if (id !== '1') throw new Error(`no number for ${id}`);
        return 1;
      },
      alwaysFailing: () => {
        throw new Error('never works');
      },
    },
    Media: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      score: ({ id }: { id: string }) => (id === 'm1' ? 0 : 7),
      scores: () => [1, 2],
      reviewer: () => ({ id: '3' }),
    },
  },
};

/** Mutations count in here; each run of an operation begins at the same number. */
export const resetCounter = (): void => {
  counter = 1;
};

export const shop = {
  users: usersSubgraph,
  products: productsSubgraph,
  reviews: reviewsSubgraph,
};
