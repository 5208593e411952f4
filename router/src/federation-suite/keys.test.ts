import { describeFederation } from '../test-support/federation-case.js';
import { keysGraph } from './graphs/keys.js';

describeFederation('@key', keysGraph, {
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
    data: {
      parts: [
        { sku: 'Bolt', name: 's1', serial: 10, maker: { aisle: 100 } },
        { sku: null, name: 's2', serial: null, maker: null },
        { sku: 'Nut', name: 's3', serial: 30, maker: { aisle: 300 } },
        null,
      ],
    },
    errorPaths: [],
    stockIsWrong: 'it takes the alias for the key',
  },
  'key fields under other names beside it': {
    query: '{ part(sku: "s1") { a: maker { code } b: maker { country } inStock } }',
  },
});
