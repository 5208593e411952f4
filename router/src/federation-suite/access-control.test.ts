import { describeAccess, type AccessCase } from '../test-support/access-case.js';
import { accessControlGraph } from './graphs/access-control.js';

const cases: Readonly<Record<string, AccessCase>> = {
  'a field: null with the exact path, and the rest is kept': {
    query: '{ people { name email } }',
    data: {
      people: [
        { name: 'Ann', email: null },
        { name: 'Bob', email: null },
      ],
    },
    refused: [
      ['people', 0, 'email'],
      ['people', 1, 'email'],
    ],
    never: /email/,
  },
  'one of the alternatives is enough': {
    query: '{ me { email } }',
    may: ['scope:read:email'],
    data: { me: { email: 'ann@example.com' } },
    refused: [],
  },
  'half of an alternative is not': {
    query: '{ me { email } }',
    may: ['scope:read:all', 'authenticated'],
    data: { me: { email: null } },
    refused: [['me', 'email']],
    never: /email/,
  },
  'all of an alternative is': {
    query: '{ me { email } }',
    may: ['scope:read:all', 'scope:staff'],
    data: { me: { email: 'ann@example.com' } },
    refused: [],
  },
  'a name is a scope or a policy, never both': {
    query: '{ me { level email } }',
    may: ['scope:hr', 'policy:read:email'],
    data: { me: { level: null, email: null } },
    refused: [
      ['me', 'level'],
      ['me', 'email'],
    ],
  },
  'what must not be null takes its parent along': {
    query: '{ me { boss { name ssn } name } people { ssn } }',
    data: null,
    refused: [
      ['me', 'boss', 'ssn'],
      ['people', 0, 'ssn'],
    ],
    never: /ssn/,
  },
  'what must not be null at the root': {
    query: '{ strict me { name } }',
    data: null,
    refused: [['strict']],
    never: /strict/,
  },
  'a scalar and an enum': {
    query: '{ me { pay level name } }',
    data: { me: { pay: null, level: null, name: 'Ann' } },
    refused: [
      ['me', 'pay'],
      ['me', 'level'],
    ],
    never: /pay|level/,
  },
  'a scalar that the viewer may see': {
    query: '{ me { pay level } }',
    may: ['scope:read:pay', 'policy:hr'],
    data: { me: { pay: 10, level: 'LOW' } },
    refused: [],
  },
  'an object type: the field that leads to it': {
    query: '{ vault { amount } me { name } }',
    data: { vault: null, me: { name: 'Ann' } },
    refused: [['vault']],
    never: /vault|amount/i,
  },
  aliases: {
    query: '{ name: me { email: name name: email gift: pay } }',
    data: { name: { email: 'Ann', name: null, gift: null } },
    refused: [
      ['name', 'name'],
      ['name', 'gift'],
    ],
  },
  'inline fragments': {
    query: '{ me { ... { email } ... on Person { pay ... @include(if: true) { level name } } } }',
    data: { me: { email: null, pay: null, level: null, name: 'Ann' } },
    refused: [
      ['me', 'email'],
      ['me', 'pay'],
      ['me', 'level'],
    ],
    never: /email|pay|level/,
  },
  'named fragments, in each other and spread twice': {
    query:
      '{ me { ...A boss { ...A } } } fragment A on Person { ...B name } fragment B on Person { email }',
    data: { me: { email: null, name: 'Ann', boss: { email: null, name: 'Bob' } } },
    refused: [
      ['me', 'email'],
      ['me', 'boss', 'email'],
    ],
    never: /email/,
  },
  'an interface: the strictest of its types counts': {
    query: '{ places { id label } place { __typename } mottos { id } }',
    data: { places: null, place: null, mottos: [{ id: 's1' }, { id: 'b1' }] },
    refused: [['places'], ['place']],
    never: /place/,
  },
  'a field of an interface: the strictest of its types counts': {
    query: '{ mottos { id motto } }',
    data: {
      mottos: [
        { id: 's1', motto: null },
        { id: 'b1', motto: null },
      ],
    },
    refused: [
      ['mottos', 0, 'motto'],
      ['mottos', 1, 'motto'],
    ],
    never: /motto\b/,
  },
  'a field of an interface by the way of one of its types': {
    query: '{ mottos { id ... on Shelf { motto } ... on Box { motto } } }',
    data: {
      mottos: [
        { id: 's1', motto: null },
        { id: 'b1', motto: 'walk' },
      ],
    },
    refused: [['mottos', 0, 'motto']],
  },
  'a field that is refused on the interface and allowed on a type': {
    query: '{ mottos { motto ... on Box { motto } id } }',
    data: {
      mottos: [
        { motto: null, id: 's1' },
        { motto: 'walk', id: 'b1' },
      ],
    },
    refused: [['mottos', 0, 'motto']],
  },
  'an object that is refused on the interface and allowed on a type, with parts of both': {
    query: '{ mottos { page { number } ... on Box { page { text } } } }',
    data: { mottos: [{ page: null }, { page: { number: null, text: 'two' } }] },
    refused: [
      ['mottos', 0, 'page'],
      ['mottos', 1, 'page', 'number'],
    ],
    never: /number/,
  },
  'a field of an interface in a fragment on the interface': {
    query: '{ things { ... on Motto { motto id } ...P } } fragment P on Place { label }',
    data: {
      things: [
        { label: null },
        { motto: null, id: 's1', label: null },
        null,
        { motto: null, id: 'b1', label: null },
      ],
    },
    refused: [
      ['things', 0, 'label'],
      ['things', 1, 'motto'],
      ['things', 1, 'label'],
      ['things', 3, 'motto'],
      ['things', 3, 'label'],
    ],
    never: /label|motto/,
  },
  'a union: each of its types by itself': {
    query:
      '{ things { __typename ... on Vault { id amount } ... on Shelf { label motto } ... on Box { motto } } }',
    data: {
      things: [
        null,
        { __typename: 'Shelf', label: 'books', motto: null },
        null,
        { __typename: 'Box', motto: 'walk' },
      ],
    },
    refused: [
      ['things', 0, 'id'],
      ['things', 1, 'motto'],
    ],
    never: /amount/,
  },
  'a type of a union that has nothing left': {
    query: '{ thing { ... on Vault { label } } things { ... on Vault { amount } } }',
    data: { thing: { label: null }, things: [{ amount: null }, {}, null, {}] },
    refused: [
      ['thing', 'label'],
      ['things', 0, 'amount'],
    ],
    never: /amount|label/,
  },
};

describeAccess('access control', accessControlGraph, cases);
