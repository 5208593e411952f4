import { expect, it } from 'vitest';
import { describeFederation } from '../test-support/federation-case.js';
import { schemasGraph } from './graphs/schemas.js';

describeFederation(
  'composed schemas',
  schemasGraph,
  {
    '@override takes a field over': {
      query: '{ gadgets { name price } }',
      data: {
        gadgets: [
          { name: 'Lamp', price: 1_010 },
          { name: null, price: 1_000 },
        ],
      },
    },
    '@shareable from wherever one is': { query: '{ version gadgets { name size { width } } }' },
    '@shareable types with fields that differ': {
      query: '{ gadgets { size { width height depth } } }',
      data: {
        gadgets: [
          { size: { width: 1, height: 2, depth: 3 } },
          { size: { width: 1, height: 2, depth: 3 } },
        ],
      },
    },
    'enums: what one gives and the other takes': {
      query:
        'query Q($s: State, $m: [Mood!]) { state(of: $s) literal: state(of: USED) moods(of: $m) }',
      variables: { s: 'NEW', m: ['WILD', 'CALM'] },
    },
    'inputs: nested, defaults, nulls': {
      query:
        '{ a: gadgets(filter: { state: NEW }) { id } b: gadgets(filter: { maxPrice: 5 }) { id } c: gadgets(filter: null) { id } d: state(filter: { state: USED, id: null }) }',
    },
    'inputs by variables': {
      query:
        'query Q($f: Filter, $i: ID) { gadgets(filter: $f) { id } b: gadgets(filter: { id: $i }) { price } }',
      variables: { f: { state: 'USED' }, i: 'g1' },
    },
    'a scalar of any shape': {
      query:
        'query Q($j: Json) { echo(input: $j) b: echo(input: { x: [1, "2", { y: null }] }, words: []) }',
      variables: { j: { a: [1, null, { b: 'ü' }] } },
    },
    'a null in a list of enums': { query: '{ moods gadgets { moods best state } }' },
    'Federation 1: @extends and @requires': {
      query: '{ oldest { id age worth name } gadget(id: "g1") { age worth } }',
      data: {
        oldest: { id: 'g2', age: 80, worth: 2_000, name: null },
        gadget: { age: 80, worth: 2_020 },
      },
    },
    'Federation 1: @provides and extend type': {
      query: '{ owners { name since gadget { price owner { since name } } } }',
    },
    'introspection knows nothing of what is inaccessible': {
      query:
        '{ g: __type(name: "Gadget") { fields { name } } f: __type(name: "Filter") { inputFields { name defaultValue } } s: __type(name: "State") { enumValues { name } } h: __type(name: "Hidden") { name } q: __type(name: "Query") { fields { name args { name } } } }',
    },
  },
  (executors) => {
    it.each([
      ['a field', '{ gadgets { secret } }'],
      ['a field of a hidden type', '{ gadgets { hiddenThing { x } } }'],
      ['an argument', '{ gadgets(hidden: 1) { id } }'],
      ['a field of an input', '{ gadgets(filter: { hiddenField: 1 }) { id } }'],
      [
        'a field of an input that only one subgraph knows',
        '{ gadgets(filter: { onlyHere: 1 }) { id } }',
      ],
      ['a value of an enum', '{ state(of: BROKEN) }'],
    ])('%s that is inaccessible cannot be asked for', async (_name, query) => {
      await expect(executors().ours(query)).rejects.toMatchObject({
        errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
      });
    });

    it('a value of an enum that is inaccessible never gets out', async () => {
      const { graph, ours } = executors();
      const body = JSON.stringify({ data: { gadget: { state: 'BROKEN' } } });
      graph.subgraphs['one']?.answerWith({ status: 200, body });
      try {
        const { data, errors } = await ours('{ gadget(id: "g1") { state } }');
        expect(data).toEqual({ gadget: { state: null } });
        expect(errors).toMatchObject([{ path: ['gadget', 'state'] }]);
      } finally {
        graph.subgraphs['one']?.answerWith(null);
      }
    });
  },
);
