import { describeFederation } from '../test-support/federation-case.js';

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

const subgraphs = {
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

describeFederation('@key', subgraphs, {
  'one field': { query: '{ lamps { id watts } }' },
  'nested and compound': {
    query: '{ part(sku: "s1") { name inStock } }',
    data: { part: { name: 'Bolt', inStock: 10 } },
  },
  'the entity is not there': {
    query: '{ parts { sku inStock shelf { height } } }',
    data: {
      parts: [
        { sku: 's1', inStock: 10, shelf: { height: 100 } },
        { sku: 's2', inStock: null, shelf: null },
        { sku: 's3', inStock: 30, shelf: { height: 300 } },
        null,
      ],
    },
  },
  'another key in the next subgraph, three deep': {
    query: '{ parts { shelf { lamp { id watts price } } } }',
  },
  'a key with an entity in it': {
    query: '{ boxes { label weight part { name } } }',
    data: {
      boxes: [
        { label: 'box 0', weight: 2, part: { name: 'Bolt' } },
        { label: 'box 1', weight: 3, part: { name: null } },
        { label: 'box 2', weight: 4, part: { name: 'Nut' } },
      ],
    },
  },
  'a key with an entity in it, and more of that entity': {
    query: '{ boxes { weight part { inStock shelf { lamp { price } } } } }',
  },
  'resolvable: false refers only': { query: '{ parts { shelf { lamp { id } } } }' },
  'lists in lists': { query: '{ grid { sku inStock shelf { height lamp { price } } } }' },
  'aliases of key fields': {
    query: '{ parts { sku: name name: sku serial: inStock maker: shelf { aisle: height } } }',
  },
  'key fields under other names beside it': {
    query: '{ part(sku: "s1") { a: maker { code } b: maker { country } inStock } }',
  },
});
