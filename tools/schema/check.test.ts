import { composeSupergraph } from '@pcc/router';
import { describe, expect, it } from 'vitest';
import { apiSchemaOf, breakingChanges, invalidOperations, staleFiles } from './check.js';
import { printPublished, supergraphFile } from './documents.js';

/** A supergraph of one subgraph with this SDL. */
function supergraphOf(sdl: string): string {
  const composed = composeSupergraph([{ name: 'one', url: 'http://one', sdl }]);
  if ('errors' in composed) throw new Error(composed.errors.join());
  return composed.supergraphSdl;
}

describe('schema:check', () => {
  const before = supergraphOf('type Query { course(id: ID!): Course } type Course { title: String! }');

  it.each([
    ['a removed field', 'type Query { course(id: ID!): Course } type Course { name: String! }', 'FIELD_REMOVED: Course.title was removed.'],
    ['a field that may now be null', 'type Query { course(id: ID!): Course } type Course { title: String }', "FIELD_CHANGED_KIND: Course.title changed type from String! to String."],
    ['a new required argument', 'type Query { course(id: ID!, lang: String!): Course } type Course { title: String! }', 'REQUIRED_ARG_ADDED: A required arg lang on Query.course was added.'],
  ])('refuses %s, with the way to allow it on purpose', (_name, sdl, change) => {
    const after = supergraphOf(sdl);
    const [problem, ...others] = breakingChanges(before, after, []);
    expect(others).toEqual([]);
    expect(problem).toContain(change);
    expect(problem).toContain('schema/allowed-breaking-changes.json');
    expect(breakingChanges(before, after, [{ change }])).toEqual([]);
  });

  it('lets a new field pass', () => {
    const after = supergraphOf(
      'type Query { course(id: ID!): Course } type Course { title: String! hours: Int }',
    );
    expect(breakingChanges(before, after, [])).toEqual([]);
  });

  it('finds a published operation that the graph no longer answers', () => {
    const operations = new Map([
      ['good.graphql', '{ course(id: "1") { title } }'],
      ['bad.graphql', '{ course(id: "1") { price } }'],
    ]);
    const problems = invalidOperations(apiSchemaOf(before), operations);
    expect(problems).toEqual([expect.stringMatching(/^bad\.graphql: Cannot query field "price"/)]);
  });

  it('finds a file that no longer says what the SDL says', async () => {
    const published = new Map(printPublished());
    expect(await staleFiles(published)).toEqual([]);
    published.set(supergraphFile, `${published.get(supergraphFile)}type Later { id: ID }\n`);
    expect(await staleFiles(published)).toEqual([expect.stringContaining(supergraphFile)]);
  });

  it('shows every composition error', () => {
    const composed = composeSupergraph([
      { name: 'one', url: 'http://one', sdl: 'type Query { a: Int } type Course { id: Int }' },
      { name: 'two', url: 'http://two', sdl: 'type Course { id: String }' },
    ]);
    expect('errors' in composed && composed.errors.join()).toMatch(/Course\.id/);
  });
});
