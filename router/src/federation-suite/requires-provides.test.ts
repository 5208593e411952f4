import { describeFederation } from '../test-support/federation-case.js';
import { requirementsGraph } from './graphs/requires-provides.js';

const argumentsAreLost = 'it takes a field for the same field with the arguments of @requires';

describeFederation('@requires, @external and @provides', requirementsGraph, {
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
    data: {
      parcels: [
        { weight: 2, lb: 4, tariff: 104 },
        { weight: 0, lb: 0, tariff: 100 },
        { weight: null, lb: null, tariff: -1 },
      ],
    },
    stockIsWrong: argumentsAreLost,
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
    data: {
      parcels: [
        {
          a: 208,
          b: '[{"country":"ES","town":{"name":"ES town","zip":null}},[{"country":"FR"},null,{"country":"PT"}]]',
          c: '{"grams":500,"warm":true}',
          d: 104,
          weight: 2,
        },
        { a: 200, b: '[null,[]]', c: '{"length":7}', d: 100, weight: 0 },
        {
          a: -2,
          b: '[{"country":"BR","town":{"name":"BR town","zip":null}},[]]',
          c: 'null',
          d: -1,
          weight: null,
        },
      ],
    },
    stockIsWrong: argumentsAreLost,
  },
  'an alias that looks like a required field': {
    query: '{ parcels { weight: id tariff } }',
    data: {
      parcels: [
        { weight: 'p1', tariff: 104 },
        { weight: 'p2', tariff: 100 },
        { weight: 'p3', tariff: -1 },
      ],
    },
    errorPaths: [],
    stockIsWrong: 'the subgraph gets what the alias stands for',
  },
  'an alias that looks like a key': {
    query: '{ parcels { id: weight tariff other: id } }',
    data: {
      parcels: [
        { id: 2, tariff: 104, other: 'p1' },
        { id: 0, tariff: 100, other: 'p2' },
        { id: null, tariff: -1, other: 'p3' },
      ],
    },
    errorPaths: [],
    stockIsWrong: 'the alias shows the key',
  },
  'a required field with other arguments': {
    query: '{ parcels { weight(unit: KG) tariff } }',
    data: {
      parcels: [
        { weight: 2, tariff: 104 },
        { weight: 0, tariff: 100 },
        { weight: null, tariff: -1 },
      ],
    },
    stockIsWrong: argumentsAreLost,
  },
  '@provides of an object': {
    query: '{ latest { parcel { note { text } } } }',
    data: { latest: { parcel: { note: { text: 'given with i1' } } } },
  },
  '@provides and more than is provided': {
    query: '{ latest { parcel { note { text } weight total } } }',
    data: { latest: { parcel: { note: { text: 'given with i1' }, weight: 2, total: 208 } } },
    stockIsWrong: argumentsAreLost,
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
