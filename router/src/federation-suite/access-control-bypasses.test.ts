import { expect, it } from 'vitest';
import { describeAccess, type AccessCase } from '../test-support/access-case.js';
import type { ComparedExecutors } from '../test-support/compared-executors.js';
import { accessControlGraph, ran } from './graphs/access-control.js';

/** Ways around what guards a field. */
const cases: Readonly<Record<string, AccessCase>> = {
  '@requires: a field that is made of what the viewer may not see': {
    query: '{ me { mail rating } }',
    data: { me: { mail: null, rating: 5 } },
    refused: [['me', 'mail']],
    never: /mail/,
  },
  '@requires: with the right to it': {
    query: '{ me { mail } }',
    may: ['scope:read:email'],
    data: { me: { mail: 'mailto:ann@example.com' } },
    refused: [],
  },
  'a @key that is needed on the way never gets out': {
    query: '{ account { iban owner balance x: iban partner { iban balance } } }',
    data: {
      account: {
        iban: null,
        owner: 'Ann',
        balance: 5,
        x: null,
        partner: { iban: null, balance: 5 },
      },
    },
    refused: [
      ['account', 'iban'],
      ['account', 'x'],
      ['account', 'partner', 'iban'],
    ],
  },
  'a type of which a subgraph knows a part': {
    query: '{ things { ... on Vault { depth } ... on Shelf { depth } } }',
    data: { things: [{ depth: null }, { depth: 3 }, null, {}] },
    refused: [['things', 0, 'depth']],
  },
  'what lies below a refused field': {
    query: '{ me { friends { name rating friends { email } } rating } }',
    data: { me: { friends: null, rating: 5 } },
    refused: [['me', 'friends']],
    never: /friends/,
  },
  'entities of another subgraph': {
    query: '{ me { friends { name email rating } } }',
    may: ['authenticated'],
    data: { me: { friends: [{ name: 'Bob', email: null, rating: 5 }] } },
    refused: [['me', 'friends', 0, 'email']],
    never: /email/,
  },
  'fields with arguments, and variables that are needed no more': {
    query:
      'query Q($w: String, $no: Boolean!) { me { gift(for: "x") { price } other: gift(for: $w) { text @skip(if: $no) } } }',
    variables: { w: 'y', no: false },
    data: { me: { gift: { price: 3 }, other: { text: null } } },
    refused: [['me', 'other', 'text']],
    never: /text/,
  },
  'two policies that must both hold': {
    query: '{ me { gift { text } } }',
    may: ['policy:giver', 'authenticated'],
    data: { me: { gift: { text: null } } },
    refused: [['me', 'gift', 'text']],
  },
  'what a variable skips has no error': {
    query:
      'query Q($s: Boolean!, $i: Boolean = false) { me { name ssn @skip(if: $s) ...F @include(if: $i) } } fragment F on Person { email pay }',
    variables: { s: true },
    data: { me: { name: 'Ann' } },
    refused: [],
    never: /ssn|email|pay/,
  },
  'what a variable includes is refused': {
    query:
      'query Q($s: Boolean!, $i: Boolean!) { me { name ssn @skip(if: $s) pay @include(if: $i) } }',
    variables: { s: true, i: true },
    data: { me: { name: 'Ann', pay: null } },
    refused: [['me', 'pay']],
    never: /ssn|pay/,
  },
  'nothing is left to ask': {
    query: '{ vault { id } __typename }',
    data: { vault: null, __typename: 'Query' },
    refused: [['vault']],
    never: /./,
  },
  'introspection says what there is, whoever asks': {
    query: '{ __type(name: "Vault") { name } strict2: __typename vault { id } }',
    data: { __type: { name: 'Vault' }, strict2: 'Query', vault: null },
    refused: [['vault']],
  },
  'mutations: what is refused never runs, the others do': {
    query: 'mutation { a: rename(name: "Eve") { name ssn2: email } wipe open { id } after }',
    data: { a: { name: 'Eve', ssn2: null }, wipe: null, open: null, after: 2 },
    refused: [['a', 'ssn2'], ['wipe'], ['open']],
    never: /wipe|open|email/,
  },
  'mutations in fragments': {
    query: 'mutation { ...M ... on Mutation { open { label } } } fragment M on Mutation { wipe }',
    data: { wipe: null, open: null },
    refused: [['wipe'], ['open']],
    never: /./,
  },
};

const deepAccount = { account: { partner: { iban: 'Bob', balance: 5 } } };

describeAccess('ways around access control', accessControlGraph, cases, more);

function more(executors: () => ComparedExecutors): void {
  it.each([
    ['a key', '{ account { iban: owner balance } }', { account: { iban: 'Ann', balance: 5 } }],
    ['a key, deep', '{ account { partner { iban: owner balance } } }', deepAccount],
    ['a required field', '{ me { email: name mail } }', { me: { email: 'Ann', mail: null } }],
    ['a type', '{ me { __typename: name rating } }', { me: { __typename: 'Ann', rating: 5 } }],
  ])('an alias that looks like %s shows what it stands for', async (_name, query, data) => {
    expect((await executors().ours(query)).data).toEqual(data);
  });

  it('an error below an alias that looks like a key has the path that the client knows', async () => {
    const { graph, ours } = executors();
    const errors = [{ message: 'no', path: ['_entities', 0, 'rating'] }];
    const body = JSON.stringify({ data: { _entities: [{ rating: null }] }, errors });
    graph.subgraphs['more']?.answerWith({ status: 200, body });
    try {
      const answer = await ours('{ me { id: boss { rating } } }');
      expect(answer.data).toEqual({ me: { id: { rating: null } } });
      expect(answer.errors?.map(({ path }) => path)).toEqual([['me', 'id', 'rating']]);
    } finally {
      graph.subgraphs['more']?.answerWith(null);
    }
  });

  it('an alias cannot say what a subgraph gets as a required field', async () => {
    const reader = new Set(['scope:read:email']);
    const { data } = await executors().ours('{ me { email: name mail } }', {}, reader);
    expect(data).toEqual({ me: { email: 'Ann', mail: 'mailto:ann@example.com' } });
  });

  it('mutations that are refused do not run', async () => {
    ran.length = 0;
    await executors().ours('mutation { rename { id } wipe open { id } after }');
    expect(ran).toEqual(['rename', 'after']);
  });

  it('a long list shows 50 errors of a field', async () => {
    const { graph, ours } = executors();
    const people = Array.from({ length: 80 }, (_, id) => ({ id: `u${id}` }));
    graph.subgraphs['people']?.answerWith({
      status: 200,
      body: JSON.stringify({ data: { people } }),
    });
    try {
      const { data, errors = [] } = await ours('{ people { id email pay } }');
      expect(data).toEqual({ people: people.map((one) => ({ ...one, email: null, pay: null })) });
      expect(errors).toHaveLength(100);
    } finally {
      graph.subgraphs['people']?.answerWith(null);
    }
  });

  it('a subgraph that answers with more than was asked gives nothing away', async () => {
    const { graph, ours } = executors();
    const me = { id: 'u1', name: 'Ann', email: 'secret', pay: 9, friends: [{ id: 'u2' }] };
    graph.subgraphs['people']?.answerWith({ status: 200, body: JSON.stringify({ data: { me } }) });
    try {
      const { data } = await ours('{ me { name email pay friends { id } } }');
      expect(data).toEqual({ me: { name: 'Ann', email: null, pay: null, friends: null } });
    } finally {
      graph.subgraphs['people']?.answerWith(null);
    }
  });

  it.each([
    ['_entities', '{ _entities(representations: []) { __typename } }'],
    ['_service', '{ _service { sdl } }'],
  ])('clients cannot ask for %s', async (_name, query) => {
    await expect(executors().ours(query)).rejects.toMatchObject({
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });
}
