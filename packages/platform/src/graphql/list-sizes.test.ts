import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { buildSchema } from './subgraph-server.js';

const shared = parse(readFileSync(new URL('./shared.graphql', import.meta.url), 'utf8'));
const build = (directive: string) => () =>
  buildSchema(
    [
      shared,
      parse(`
        type Query { courses(first: Int = 20): CourseConnection! ${directive} }
        type CourseConnection { nodes: [Course!]! }
        type Course { id: ID! }`),
    ],
    [],
  );

it('a connection must say how long it is', () => {
  expect(build('')).toThrow(/@listSize.*: Query\.courses$/);
  expect(build('@listSize(slicingArguments: ["first"], sizedFields: ["nodes"])')).not.toThrow();
});
