import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString } from 'graphql';
import { describe, expect, it } from 'vitest';
import { leafText } from './leaf-text.js';

describe('the text of a leaf', () => {
  it.each([
    ['an Int', GraphQLInt, -2_147_483_648, '-2147483648'],
    ['an Int that is too large', GraphQLInt, 2_147_483_648, null],
    ['a fraction for an Int', GraphQLInt, 1.5, null],
    ['a Float', GraphQLFloat, 1.5e300, '1.5e+300'],
    ['a Float that JSON reads as infinite', GraphQLFloat, JSON.parse('1e999'), null],
    ['a text for a Float', GraphQLFloat, '1.5', null],
    ['a Boolean', GraphQLBoolean, false, 'false'],
    ['a number for a Boolean', GraphQLBoolean, 0, null],
    [
      'a String with what JSON escapes',
      GraphQLString,
      '"\\\u0000\ud800',
      '"\\"\\\\\\u0000\\ud800"',
    ],
    ['an ID', GraphQLID, 'a', '"a"'],
    ['an ID that is a number', GraphQLID, 7, '7'],
  ])('%s', (_name, type, value: unknown, text) => {
    expect(leafText(type)(value)).toBe(text);
  });
});
