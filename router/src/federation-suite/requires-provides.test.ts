import { describeFederation } from '../test-support/federation-case.js';
import { requirementsGraph } from './graphs/requires-provides.js';

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
