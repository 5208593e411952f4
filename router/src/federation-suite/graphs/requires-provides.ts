/** @requires and @external: deep, with arguments, over fragments, one after the other; @provides everywhere. */
const parcels = [
  { id: 'p1', weight: 2, from: 'ES', cargo: { __typename: 'Food', grams: 500, warm: true } },
  { id: 'p2', weight: 0, from: null, cargo: { __typename: 'Tool', length: 7 } },
  { id: 'p3', weight: null, from: 'BR', cargo: null },
];
type Parcel = (typeof parcels)[number];
const byId = ({ id }: { id: string }) => parcels.find((parcel) => parcel.id === id);

export const requirementsGraph = {
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
