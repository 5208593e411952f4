import { expect, it } from 'vitest';
import { describeFederation, type FederationCase } from '../test-support/federation-case.js';
import { interfacesGraph } from './graphs/interfaces.js';

const cases: Readonly<Record<string, FederationCase>> = {
  'fields of the interface': { query: '{ animals { __typename id name } }' },
  'fields of each type': {
    query: '{ animals { id ... on Cat { lives } ... on Dog { tricks } ... on Fish { deep } } }',
  },
  'what an @interfaceObject adds': {
    query: '{ animals { name weight visits { day } nurse { name } } }',
  },
  'what an @interfaceObject adds, by type': {
    query: '{ animals { __typename ... on Cat { weight } ... on Dog { visits { day } } } }',
  },
  'an @interfaceObject at the root': {
    query: '{ patients { id weight } }',
    data: {
      patients: [
        { id: 'd1', weight: 20 },
        { id: 'c1', weight: 20 },
      ],
    },
  },
  'from an @interfaceObject to its type': {
    query: '{ patients { __typename weight ... on Dog { tricks } ... on Cat { lives } } }',
  },
  'from an @interfaceObject to the interface': {
    query: '{ patients { id name } urgent { name } }',
  },
  'through an @interfaceObject and back': {
    query:
      '{ animals { nurse { patients { name weight } } visits { animal { __typename name } } } }',
  },
  'the interface behind the interface': {
    query: '{ animals { friend { __typename name weight ... on Dog { tag } } } }',
  },
  'one of many by argument': {
    query: 'query Q($id: ID!) { animal(id: $id) { __typename weight ... on Fish { deep } } }',
    variables: { id: 'f1' },
  },
  'lists of lists of an interface': {
    query: '{ rows { __typename weight ... on Cat { tag { text } } } }',
  },
  unions: {
    query: '{ pets { __typename ... on Animal { name weight } ... on Cat { tag { text } } } }',
  },
  'a union with a member that the other subgraph lacks': {
    query:
      '{ offers { price for { __typename ... on Toy { material } ... on Cat { name lives } ... on Dog { name } } } }',
  },
  'unions within objects': {
    query: '{ zoo { star { ... on Dog { name tag } } guests { ... on Cat { lives weight } } } }',
  },
  'fields of one name and different types': {
    query: '{ animals { ... on Cat { c: size } ... on Dog { d: size } ... on Fish { f: size } } }',
  },
  'fields of one name and different types, in entities': {
    query: '{ pets { ... on Cat { t: tag { text } } ... on Dog { s: tag } } }',
  },
  'fields that the subgraph itself cannot have side by side, with an error in one': {
    // A rank may be null in the merged schema, but not a cat's in the subgraph: the planner gives one an alias.
    query: '{ animals { ... on Cat { rank } ... on Dog { rank } ... on Fish { rank } } }',
    data: { animals: [{ rank: 1 }, { rank: null }, { rank: null }, null] },
    errorPaths: [['animals', 1, 'rank']],
    stockIsWrong: 'it reports the error at the alias that the planner made up',
  },
  'fields that the subgraph itself cannot have side by side, in lists of lists': {
    query:
      '{ rows { ... on Cat { a: rank } ... on Fish { a: rank name } } pets { ... on Cat { rank } ... on Dog { rank id } } }',
    errorPaths: [['pets', 2, 'rank']],
    stockIsWrong: 'it reports the error at the alias that the planner made up',
  },
  'fragments that never apply': {
    query:
      '{ pets { ... on Animal { ... on Fish { deep } id } } offers { for { ... on Dog { tag } } } }',
  },
  '__typename of interfaces and unions, under aliases': {
    query: '{ animals { a: __typename friend { b: __typename } } pets { c: __typename } }',
  },
};

describeFederation('interfaces and unions', interfacesGraph, cases, (executors) => {
  it('use both kinds of rewrites', async () => {
    const { engine } = executors();
    const plans: string[] = [];
    for (const { query } of Object.values(cases)) {
      const { plan } = await engine.prepare(query);
      plans.push(JSON.stringify(plan));
    }
    const all = plans.join();
    expect(all).toContain('"kind":"KeyRenamer"');
    expect(all).toContain('"kind":"ValueSetter"');
  });
});
