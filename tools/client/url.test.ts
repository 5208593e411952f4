import { describe, expect, it } from 'vitest';
import { graphqlUrl, socketUrl } from './url.js';

describe('graphqlUrl', () => {
  it.each([
    [undefined, 'http://127.0.0.1:4123/graphql'],
    ['http://lms.example', 'http://lms.example/graphql'],
    ['https://lms.example/', 'https://lms.example/graphql'],
    ['https://lms.example/api/graphql', 'https://lms.example/api/graphql'],
  ])('%s is %s', (given, expected) => {
    expect(graphqlUrl(given, 4123).href).toBe(expected);
  });

  it.each(['lms.example', 'ftp://lms.example', ''])('refuses %j', (given) => {
    expect(() => graphqlUrl(given, 4000)).toThrow('not an address');
  });
});

it('subscribes where it asks', () => {
  expect(socketUrl(new URL('https://lms.example/graphql'))).toBe('wss://lms.example/graphql');
  expect(socketUrl(new URL('http://127.0.0.1:4000/graphql'))).toBe('ws://127.0.0.1:4000/graphql');
});
