import { OperationTypeNode } from 'graphql';
import { expect, it } from 'vitest';
import { describeFederation, type FederationCase } from '../test-support/federation-case.js';
import { plansGraph, log } from './graphs/plan-nodes.js';
import { testScope } from '../test-support/test-scope.js';

const yes = { i: true, s: true };
const no = { i: false, s: false };
const conditional: Readonly<Record<string, string>> = {
  'a field of an entity': 'nodes { id b @include(if: $i) c @skip(if: $s) }',
  'whole fetches': 'first @skip(if: $s) { b } nodes @include(if: $i) { c }',
  'within each other':
    'nodes { ... @include(if: $i) { b ... @skip(if: $s) { c owner { name } } } }',
  'both on one field': 'nodes { b @include(if: $i) @skip(if: $s) a }',
  'fragments that are spread twice': 'nodes { ...F @include(if: $i) ...F @skip(if: $s) id }',
  'what is required': 'nodes { b @skip(if: $s) sum @include(if: $i) }',
  'introspection and __typename':
    '__typename @skip(if: $s) first { t: __typename @include(if: $i) id } __schema @include(if: $i) { queryType { name } }',
  'a path that leads on':
    'first { next @include(if: $i) { owner { node { c @skip(if: $s) b } } } }',
};
const conditions = Object.fromEntries(
  Object.entries(conditional).flatMap(([name, selection]) =>
    [yes, no, { i: true, s: false }, { i: false, s: true }].map((variables) => [
      `conditions: ${name}, ${JSON.stringify(variables)}`,
      {
        query: `query Q($i: Boolean!, $s: Boolean!) { ${selection} used: first { id @skip(if: $s) x: id @include(if: $i) } } ${
          selection.includes('...F') ? 'fragment F on Node { c next { b } }' : ''
        }`,
        variables,
      },
    ]),
  ),
);

const cases: Readonly<Record<string, FederationCase>> = {
  'one fetch': { query: '{ first { a } }' },
  'fetches side by side': { query: '{ first { a } bs { b } }' },
  'one after the other': { query: '{ first { owner { name } } }' },
  'side by side in a list': { query: '{ nodes { b c } }' },
  'side by side and one after the other': {
    query: '{ nodes { a b c owner { name node { b c } } } bs { a c } }',
  },
  'the same entity at many places': {
    query: '{ nodes { list { b list { b c } } next { b c next { b } } } }',
  },
  'lists of lists': { query: '{ deep { b next { c } owner { node { a } } } }' },
  'arguments and variables in entity fetches': {
    query:
      'query Q($x: Int, $n: Int = 7, $w: [String!]) { nodes(of: ["1"]) { argued(x: $x, of: { n: $n, words: $w }) b: argued(of: { words: ["ä", "\\"q\\""] }) } }',
    variables: { x: 0, w: ['a'] },
  },
  'variables that are not given, and given as null': {
    query:
      'query Q($x: Int, $n: Int = 7, $w: [String!]) { first { argued(x: $x, of: { n: $n, words: $w }) } }',
    variables: { n: null },
  },
  'nothing to fetch': { query: '{ __typename }' },
  'conditions by literals': {
    query: '{ nodes { b @skip(if: false) c @include(if: false) a @skip(if: true) } }',
  },
  'conditions by default': {
    query:
      'query Q($i: Boolean! = false, $s: Boolean = false) { nodes { b @include(if: $i) c @skip(if: $s) } }',
  },
  ...conditions,
  'mutations in series over subgraphs': {
    query: 'mutation { x: a(n: 1) { a b } y: b(n: 2) { b c } z: a(n: 3) { owner { name } } }',
  },
  'mutations with conditions': {
    query:
      'mutation M($i: Boolean!) { a(n: 1) @include(if: $i) { b } b(n: 2) { a @skip(if: $i) c } }',
    variables: { i: true },
  },
  'a mutation that fails in the middle': {
    query: 'mutation { x: a(n: 1) { b } aFails { b } y: b(n: 2) { a } }',
  },
};

const kindsIn = (plan: unknown): string[] =>
  [...JSON.stringify(plan).matchAll(/"kind":"(\w+)"/g)].map(([, kind]) => kind ?? '');

describeFederation('plans', plansGraph, cases, (executors) => {
  it('have nodes of every kind', async () => {
    const { engine } = executors();
    const kinds = new Set<string>();
    const queries = Object.values(cases).map(({ query }) => query);
    for (const query of [...queries, 'subscription { changed(id: "1") { node { b } } }']) {
      for (const kind of kindsIn((await engine.prepare(query)).plan)) kinds.add(kind);
    }
    const nodes = ['Fetch', 'Sequence', 'Parallel', 'Flatten', 'Condition', 'Subscription'];
    expect([...kinds]).toEqual(expect.arrayContaining(nodes));
  });

  it('mutations run one after the other, each with its entities before the next', async () => {
    log.length = 0;
    await executors().ours('mutation { x: a(n: 1) { b } y: b(n: 2) { b } z: a(n: 3) { b } }');
    expect(log).toEqual(['a1', 'Node.b 1', 'b2', 'Node.b 2', 'a3', 'Node.b 3']);
  });

  it('a mutation that must not be null ends none of the others', async () => {
    log.length = 0;
    const { data, errors } = await executors().ours('mutation { x: aStrict y: b(n: 2) { id } }');
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['x'] }]);
    expect(log).toEqual(['aStrict', 'b2']);
  });

  it('a subscription has the part of its owner, and the rest for each event', async () => {
    const { engine } = executors();
    const prepared = await engine.prepare(
      'subscription S($i: Boolean!) { changed(id: "1") { kind node { id b owner { name } } nodes { c @include(if: $i) } } }',
    );
    expect(prepared.kind).toBe(OperationTypeNode.SUBSCRIPTION);
    expect(prepared.primary?.serviceName).toBe('a');
    const event = {
      data: {
        changed: {
          kind: 'new',
          node: { __typename: 'Node', id: '1' },
          nodes: [{ __typename: 'Node', id: '3' }, null],
        },
      },
      errors: [],
    };
    const scope = testScope();
    const run = async (i: boolean) => {
      const { data, errors } = await engine.execute(prepared, { i }, scope, structuredClone(event));
      expect(errors).toBeUndefined();
      return JSON.parse(data) as unknown;
    };
    const node = { id: '1', b: 10, owner: { name: 'owner o1' } };
    expect(await run(true)).toEqual({ changed: { kind: 'new', node, nodes: [{ c: 300 }, null] } });
    expect(await run(false)).toEqual({ changed: { kind: 'new', node, nodes: [{}, null] } });
  });

  it('a subscription of nothing but __typename is refused: it has no event to wait for', async () => {
    await expect(executors().engine.prepare('subscription { __typename }')).rejects.toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });
});
