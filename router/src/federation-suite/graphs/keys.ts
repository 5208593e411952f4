/** @key: one field, several, nested, several keys; keys that lead on to others; `resolvable: false`. */
interface Part {
  sku: string;
  maker: { code: string; country: string };
  serial: number;
  name: string | null;
}
const parts: Part[] = [
  { sku: 's1', maker: { code: 'm1', country: 'ES' }, serial: 1, name: 'Bolt' },
  { sku: 's2', maker: { code: 'm1', country: 'BR' }, serial: 2, name: null },
  { sku: 's3', maker: { code: 'm2', country: 'ES' }, serial: 3, name: 'Nut' },
];
const bySku = ({ sku }: { sku: string }) => parts.find((part) => part.sku === sku) ?? null;

export const keysGraph = {
  catalogue: {
    typeDefs: `
      type Query { parts: [Part] part(sku: String!): Part boxes: [Box!]! grid: [[Part]] }
      type Part @key(fields: "sku") @key(fields: "maker { code country } serial") {
        sku: String! serial: Int! maker: Maker! name: String
      }
      type Maker @shareable { code: String! country: String! }
      type Box @key(fields: "part { sku } row") { row: Int! part: Part! label: String }
    `,
    resolvers: {
      Query: {
        parts: () => [...parts, null],
        part: (_: unknown, { sku }: { sku: string }) => bySku({ sku }),
        boxes: () => parts.map((part, row) => ({ row, part, label: `box ${row}` })),
        grid: () => [[parts[0], null], null, [], [parts[1], parts[2]]],
      },
      Part: { __resolveReference: bySku },
    },
  },
  stock: {
    // Knows parts by the nested key only.
    typeDefs: `
      type Part @key(fields: "maker { code country } serial") { serial: Int! maker: Maker! inStock: Int shelf: Shelf }
      type Maker @shareable { code: String! country: String! }
      type Shelf @key(fields: "aisle number") { aisle: String! number: Int! }
    `,
    resolvers: {
      Part: {
        __resolveReference: ({ maker, serial }: Part) =>
          maker.country === 'BR' ? null : { maker, serial, inStock: serial * 10 },
        shelf: ({ serial }: Part) => ({ aisle: 'A', number: serial }),
      },
    },
  },
  shelves: {
    typeDefs: `
      type Shelf @key(fields: "aisle number") { aisle: String! number: Int! height: Int lamp: Lamp }
      type Lamp @key(fields: "id", resolvable: false) { id: ID! }
      type Box @key(fields: "part { sku } row") { row: Int! part: Part! weight: Int }
      type Part @key(fields: "sku", resolvable: false) { sku: String! }
    `,
    resolvers: {
      Shelf: {
        height: ({ number }: { number: number }) => number * 100,
        lamp: ({ number }: { number: number }) => (number === 3 ? null : { id: `l${number}` }),
      },
      Box: { weight: ({ row, part }: { row: number; part: Part }) => row + part.sku.length },
    },
  },
  lamps: {
    typeDefs: `
      type Query { lamps: [Lamp!]! }
      type Lamp @key(fields: "id") @key(fields: "code") { id: ID! code: String! watts: Int }
    `,
    resolvers: {
      Query: { lamps: () => [{ id: 'l1', code: 'c1', watts: 5 }] },
      Lamp: {
        __resolveReference: ({ id }: { id: string }) => ({ id, code: `c${id}`, watts: id.length }),
      },
    },
  },
  prices: {
    // Knows lamps by another key: the way from shelves leads through lamps.
    typeDefs: `type Lamp @key(fields: "code") { code: String! price: Int }`,
    resolvers: { Lamp: { price: ({ code }: { code: string }) => code.length } },
  },
};
