import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  comparable,
  startComparedExecutors,
  type ComparedExecutors,
} from '../test-support/compared-executors.js';

let executors: ComparedExecutors;
beforeAll(async () => {
  executors = await startComparedExecutors();
});
afterAll(() => executors.close());

type Case = readonly [name: string, query: string, variables?: Record<string, unknown>];

const same: readonly Case[] = [
  ['one subgraph', '{ me { id name age } }'],
  ['nulls and falsy values', '{ users { id name age address { street zip country } } }'],
  ['entities of a list', '{ users { name reviews { body rating } } }'],
  ['there and back again', '{ users { reviews { author { name reviews { id } } } } }'],
  ['an entity that does not exist', '{ latest(first: 4) { id author { id name } } }'],
  ['lists of lists with nulls', '{ matrix { id reviews { id } greeting } }'],
  ['a list with null items', '{ maybe { id reviews { id } } }'],
  [
    'interfaces',
    '{ products { __typename id name ... on Book { pages } ... on Film { minutes } } }',
  ],
  ['entities behind interfaces', '{ products { ... on Book { reviews { id } author { name } } } }'],
  [
    'keys of different types behind one interface',
    '{ products { name ... on Book { reviews { id } } ... on Film { stars films: reviews { id } } } }',
  ],
  [
    'unions',
    '{ search(term: "x") { __typename ... on Product { name } ... on User { id name reviews { id } } } }',
  ],
  ['unions across subgraphs', '{ latest { about { __typename ... on Product { name price } } } }'],
  [
    'nested lists of interfaces',
    '{ nested { label rows { id ... on Book { label author { age } } } } }',
  ],
  ['@requires of scalars', '{ products { ... on Book { name label } } }'],
  ['@requires without selecting what is required', '{ products { ... on Book { label } } }'],
  ['@requires of nested objects', '{ users { id greeting } }'],
  ['@provides', '{ ownerOfTheDay { id name } }'],
  ['@provides and more', '{ ownerOfTheDay { id name age reviews { id } bought { name } } }'],
  ['@interfaceObject', '{ topMedia { id score title __typename } }'],
  [
    '@interfaceObject with fragments',
    '{ topMedia { score ... on Song { seconds } ... on Podcast { host } } }',
  ],
  [
    'an interface whose fields another subgraph adds',
    '{ medias { id title score scores reviewer { name } } }',
  ],
  ['aliases', '{ a: me { x: id y: name } b: me { x: name z: reviews { q: id } } }'],
  [
    'aliases of one field with different arguments',
    '{ products { ... on Book { one: reviews(first: 1) { id } two: reviews(first: 2) { id } } } }',
  ],
  [
    'an alias named like a prototype property',
    '{ users { toString: id constructor: name hasOwnProperty: age } }',
  ],
  [
    'merged selections',
    '{ me { address { zip } } me { address { street } friends { id } friends { name } } }',
  ],
  [
    'named fragments',
    'query { users { ...U } } fragment U on User { id friends { ...F } } fragment F on User { name reviews { id } }',
  ],
  ['fragments on the parent', '{ ... on Query { me { ... on User { ... { id } } } } }'],
  ['variables', 'query Q($id: ID!) { userById(id: $id) { name } }', { id: '3' }],
  [
    'variables in entity fetches',
    'query Q($n: Int) { products { ... on Book { reviews(first: $n) { id } } } }',
    { n: 1 },
  ],
  [
    'default variables',
    'query Q($n: Int = 1) { products { ... on Book { reviews(first: $n) { id } } } }',
  ],
  ['null variables', 'query Q($l: Boolean) { latest { mood(loud: $l) } }', { l: null }],
  ['@skip by literal', '{ me { id @skip(if: true) name @skip(if: false) } }'],
  [
    '@include by variable, true',
    'query Q($i: Boolean!) { me { id reviews @include(if: $i) { id } } }',
    { i: true },
  ],
  [
    '@include by variable, false',
    'query Q($i: Boolean!) { me { id reviews @include(if: $i) { id } } }',
    { i: false },
  ],
  [
    '@skip with a default',
    'query Q($s: Boolean = true) { me { id ... @skip(if: $s) { name reviews { id } } } }',
  ],
  ['@skip on the only field', 'query Q($s: Boolean!) { me @skip(if: $s) { id } }', { s: true }],
  [
    '@skip and @include together',
    'query Q($a: Boolean!, $b: Boolean!) { users { id @skip(if: $a) name @include(if: $b) greeting @skip(if: $a) @include(if: $b) } }',
    { a: false, b: true },
  ],
  [
    'conditions on fragments of entities',
    'query Q($a: Boolean!) { products { name ... on Book @include(if: $a) { reviews { id } } } }',
    { a: false },
  ],
  [
    '__typename everywhere',
    '{ __typename t: __typename me { __typename t: __typename friends { __typename } } }',
  ],
  ['only __typename', '{ __typename }'],
  [
    'mutations in series over subgraphs',
    'mutation { a: bump(by: 2) b: bumpProducts(by: 10) c: bump(by: 1) d: bump(by: 1) e: bumpProducts(by: 2) }',
  ],
  [
    'mutations with entities',
    'mutation { rename(id: "1", name: "Zed") { id name reviews { id } } addProduct(name: "New") { name ... on Book { label } } }',
  ],
  ['introspection beside data', '{ __type(name: "User") { name fields { name } } me { id } }'],
  ['the whole schema', '{ __schema { types { name kind } queryType { name } } }'],
  [
    'introspection with variables and fragments',
    'query Q($n: String!) { x: __type(name: $n) { ...T } } fragment T on __Type { name }',
    { n: 'Book' },
  ],
  ['an error in a nullable field', '{ users { id broken } }'],
  ['an error in a field of an entity', '{ users { id failing } }'],
  ['an error in a non-null field', '{ maybe { id brokenStrict } }'],
  ['an error that bubbles up to data', '{ users { id brokenStrict } }'],
  [
    'an error that bubbles up to a nullable parent',
    '{ userById(id: "2") { id brokenStrict } me { id } }',
  ],
  ['an error in a nested entity', '{ latest(first: 3) { id author { id broken } } }'],
  [
    'a non-null field of an entity that fails',
    '{ userById(id: "1") { id name alwaysFailing } me { name } }',
  ],
  [
    'a null for a non-null field behind @requires',
    '{ product(id: "b2") { id ... on Book { strictLabel } } }',
  ],
];

describe('our executor and the stock one agree', () => {
  it.each(same.map(([name, query, variables]) => ({ name, query, variables })))(
    '$name',
    async ({ query, variables }) => {
      const expected = comparable(await executors.stock(query, variables));
      expect(comparable(await executors.ours(query, variables))).toEqual(expected);
    },
  );
});

it('an object keeps its type when a subgraph that knows only its interface adds to it', async () => {
  const query =
    '{ topMedia { a: __typename ... on Song { b: scores ... on Media { title __typename } } } }';
  expect(await executors.ours(query)).toEqual({
    data: {
      topMedia: [{ a: 'Podcast' }, { a: 'Song', b: [1, 2], title: 'Tune', __typename: 'Song' }],
    },
  });
  // The stock gateway loses it: if this fails one day, the case belongs to those above.
  expect(await executors.stock(query)).not.toHaveProperty('data.topMedia.1.title');
});

it('the comparison notices a difference', async () => {
  const one = comparable(await executors.ours('{ me { id } }'));
  expect(one).not.toEqual(comparable(await executors.stock('{ me { id name } }')));
});
