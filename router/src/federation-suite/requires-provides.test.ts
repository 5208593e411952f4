import { describeFederation } from '../test-support/federation-case.js';

/** @requires and @external: deep, with arguments, over fragments, one after the other; @provides everywhere. */
const parcels = [
  { id: 'p1', weight: 2, from: 'ES', cargo: { __typename: 'Food', grams: 500, warm: true } },
  { id: 'p2', weight: 0, from: null, cargo: { __typename: 'Tool', length: 7 } },
  { id: 'p3', weight: null, from: 'BR', cargo: null },
];
type Parcel = (typeof parcels)[number];
const byId = ({ id }: { id: string }) => parcels.find((parcel) => parcel.id === id);

const subgraphs = {
  parcels: {
    typeDefs: `
      type Query { parcels: [Parcel!]! parcel(id: ID!): Parcel }
      type Parcel @key(fields: "id") { id: ID! weight(unit: Unit = KG): Int place: Place cargo: Cargo stops: [Place] }
      type Place @shareable { country: String town: Town }
      type Town @shareable { name: String! zip: String }
      union Cargo = Food | Tool
      type Food @shareable { grams: Int warm: Boolean }
      type Tool @shareable { length: Int }
      enum Unit { KG LB }
    `,
    resolvers: {
      Query: { parcels: () => parcels, parcel: (_: unknown, given: { id: string }) => byId(given) },
      Parcel: {
        __resolveReference: byId,
        weight: ({ weight }: Parcel, { unit }: { unit: string }) =>
          weight === null ? null : weight * (unit === 'LB' ? 2 : 1),
        place: ({ from }: Parcel) =>
          from === null ? null : { country: from, town: { name: `${from} town`, zip: null } },
        stops: ({ id }: Parcel) =>
          id === 'p1' ? [{ country: 'FR', town: null }, null, { country: 'PT', town: null }] : [],
      },
    },
  },
  tariffs: {
    typeDefs: `
      type Parcel @key(fields: "id") {
        id: ID!
        weight(unit: Unit = KG): Int @external
        place: Place @external
        stops: [Place] @external
        cargo: Cargo @external
        tariff: Int @requires(fields: "weight(unit: LB)")
        route: String @requires(fields: "place { country town { name zip } } stops { country }")
        care: String @requires(fields: "cargo { ... on Food { grams warm } ... on Tool { length } }")
      }
      type Place { country: String @external town: Town @external }
      type Town { name: String! @external zip: String @external }
      union Cargo = Food | Tool
      type Food { grams: Int @external warm: Boolean @external }
      type Tool { length: Int @external }
      enum Unit { KG LB }
    `,
    resolvers: {
      Parcel: {
        tariff: ({ weight }: { weight: number | null }) => (weight === null ? -1 : weight + 100),
        route: ({ place, stops }: { place: unknown; stops: unknown }) =>
          JSON.stringify([place, stops]),
        care: ({ cargo }: { cargo: unknown }) => JSON.stringify(cargo),
      },
    },
  },
  invoices: {
    // Requires what requires something itself.
    typeDefs: `
      type Query { latest: Invoice invoices: [Invoice!]! bills: [Bill!]! anything: [Thing] }
      type Invoice @key(fields: "id") { id: ID! parcel: Parcel @provides(fields: "note { text }") parcels: [Parcel] @provides(fields: "note { text author { name } }") }
      type Parcel @key(fields: "id") {
        id: ID! tariff: Int @external total: Int @requires(fields: "tariff")
        note: Note @external
      }
      type Note @shareable { text: String author: Author }
      type Author @key(fields: "id") { id: ID! name: String @external }
      interface Bill { id: ID! payer: Author }
      type Paper implements Bill { id: ID! payer: Author @provides(fields: "name") }
      type Mail implements Bill { id: ID! payer: Author }
      union Thing = Paper | Mail | Invoice
    `,
    resolvers: {
      Query: {
        latest: () => ({ id: 'i1' }),
        invoices: () => [{ id: 'i1' }, { id: 'i2' }],
        bills: () => [
          { __typename: 'Paper', id: 'b1' },
          { __typename: 'Mail', id: 'b2' },
        ],
        anything: () => [
          { __typename: 'Paper', id: 'b1' },
          null,
          { __typename: 'Invoice', id: 'i2' },
        ],
      },
      Invoice: {
        parcel: ({ id }: { id: string }) => ({ id: 'p1', note: { text: `given with ${id}` } }),
        parcels: () => [
          { id: 'p1', note: { text: 'given', author: { id: 'a1', name: 'Given' } } },
          null,
          { id: 'p3', note: null },
        ],
      },
      Parcel: {
        total: ({ tariff }: { tariff: number | null }) => (tariff === null ? null : tariff * 2),
      },
      Paper: { payer: () => ({ id: 'a1', name: 'Provided' }) },
      Mail: { payer: () => ({ id: 'a2' }) },
    },
  },
  notes: {
    typeDefs: `
      type Parcel @key(fields: "id") { id: ID! note: Note @shareable }
      type Note @shareable { text: String author: Author }
      type Author @key(fields: "id") { id: ID! name: String @shareable born: Int }
    `,
    resolvers: {
      Parcel: {
        note: ({ id }: { id: string }) => ({ text: `stored for ${id}`, author: { id: 'a9' } }),
      },
      Author: { name: ({ id }: { id: string }) => `author ${id}`, born: () => 1900 },
    },
  },
};

describeFederation('@requires, @external and @provides', subgraphs, {
  'a field with an argument': {
    query: '{ parcels { id tariff } }',
    data: {
      parcels: [
        { id: 'p1', tariff: 104 },
        { id: 'p2', tariff: 100 },
        { id: 'p3', tariff: -1 },
      ],
    },
  },
  'a field with an argument, asked for with another': {
    query: '{ parcels { weight(unit: KG) lb: weight(unit: LB) tariff } }',
  },
  'deep objects, nulls in them and lists': { query: '{ parcels { route } }' },
  'deep objects that are selected too, in part': {
    query: '{ parcels { place { town { zip } } route stops { town { name } } } }',
  },
  'fragments on a union': {
    query: '{ parcels { care } }',
    data: {
      parcels: [{ care: '{"grams":500,"warm":true}' }, { care: '{"length":7}' }, { care: 'null' }],
    },
  },
  'fragments on a union that is selected too': {
    query: '{ parcels { cargo { __typename ... on Tool { length } } care } }',
  },
  'one requirement after the other': {
    query: '{ parcels { total } }',
    data: { parcels: [{ total: 208 }, { total: 200 }, { total: -2 }] },
  },
  'all at once, under aliases': {
    query: '{ parcels { a: total b: route c: care d: tariff weight } }',
  },
  '@provides of an object': {
    query: '{ latest { parcel { note { text } } } }',
    data: { latest: { parcel: { note: { text: 'given with i1' } } } },
  },
  '@provides and more than is provided': {
    query: '{ latest { parcel { note { text } weight total } } }',
  },
  '@provides in a list': {
    query: '{ invoices { parcels { id note { text author { name } } } } }',
  },
  '@provides in a list, and what only the owner knows': {
    query: '{ invoices { parcels { id note { text author { name born } } } } }',
  },
  '@provides on one type of an interface': { query: '{ bills { id payer { name } } }' },
  '@provides on one type of an interface, and more': {
    query: '{ bills { id ... on Paper { payer { name born } } ... on Mail { payer { name } } } }',
  },
  '@provides in a union': {
    query:
      '{ anything { ... on Bill { payer { name } } ... on Invoice { parcel { note { text } } } } }',
  },
});
