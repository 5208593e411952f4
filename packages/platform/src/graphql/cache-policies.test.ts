import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildSchema } from './subgraph-server.js';

const shared = parse(readFileSync(new URL('./shared.graphql', import.meta.url), 'utf8'));
const build = (sdl: string) =>
  buildSchema(
    [shared, parse(sdl)],
    [
      {
        Course: {
          seats: () => 1,
          open: () => true,
          self: () => ({}),
          __resolveReference: () => ({}),
        },
      },
    ],
  );
const course = (directives: string, seats: string, open: string) =>
  `type Query { course: Course }
   type Course @key(fields: "id") ${directives} { id: ID! title: String self: Course seats: Int ${seats} open: Boolean ${open} }`;

describe('a scalar that a resolver works out, on a public type', () => {
  it('must say its own cache policy', () => {
    expect(() => build(course('@cacheControl(maxAge: 5)', '', '@cacheControl(maxAge: 1)'))).toThrow(
      /own @cacheControl: Course\.seats$/,
    );
    expect(() =>
      build(
        course('@cacheControl(maxAge: 5)', '@cacheControl(maxAge: 0)', '@cacheControl(maxAge: 1)'),
      ),
    ).not.toThrow();
  });

  it.each([
    ['of a type without a policy', ''],
    ['of a private type', '@cacheControl(maxAge: 5, scope: PRIVATE)'],
    ['of a type that is never kept', '@cacheControl(maxAge: 0)'],
  ])('need not when it is %s', (_name, directives) => {
    expect(() => build(course(directives, '', ''))).not.toThrow();
  });
});
