import { introspectionFromSchema, buildSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { Supergraph } from '@apollo/federation-internals';
import { defaultLimits } from '../config.js';
import { composeSupergraph } from '../supergraph/compose.js';
import { operationPlanner, type OperationPlanner } from './operation-planner.js';

const head = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@override", "@inaccessible"])\n`;
const one = `
  "All there is to ask."
  type Query { thing(kind: Kind = SMALL, filter: Filter = { words: ["a"] }): Thing @deprecated(reason: "Old.") node: Node }
  interface Node @key(fields: "id") { id: ID! }
  type Thing implements Node @key(fields: "id") {
    id: ID! name: String @shareable secret: Int @inaccessible rest: Thing url: Url price: Int
  }
  enum Kind { SMALL "Not that small." LARGE }
  input Filter { words: [String!]! = ["b"] deep: Filter }
  scalar Url @specifiedBy(url: "https://url.spec.whatwg.org")
`;
const two = `
  type Thing @key(fields: "id") {
    id: ID! name: String @shareable
    price: Int @override(from: "one", label: "percent(10)")
    size: Int
  }
`;
let supergraphSdl: string;
let planner: OperationPlanner;
beforeAll(() => {
  const composition = composeSupergraph([
    { name: 'one', url: 'http://one/', sdl: head + one },
    { name: 'two', url: 'http://two/', sdl: head + two },
  ]);
  if ('errors' in composition) throw new Error(composition.errors.join('\n'));
  ({ supergraphSdl } = composition);
  planner = operationPlanner({ supergraphSdl, limits: defaultLimits, introspection: true });
});

const plan = (query: string, overrides: string[] = []) =>
  planner.plan({ query, operationName: undefined, overrides, access: '' });

it('gives the main thread all that it needs to know of a supergraph', () => {
  const { apiSchemaSdl, subgraphs, overrideLabels } = planner.facts;
  expect(Object.fromEntries(subgraphs)).toEqual({ one: 'http://one/', two: 'http://two/' });
  expect(overrideLabels).toEqual(['percent(10)']);
  const api = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  expect(introspectionFromSchema(buildSchema(apiSchemaSdl))).toEqual(introspectionFromSchema(api));
});

it('plans data that can cross to another thread', () => {
  const outcome = plan('{ thing { name size } }');
  expect(structuredClone(outcome)).toEqual(outcome);
  if (outcome.kind !== 'planned') throw new Error('not planned');
  expect(JSON.parse(outcome.operation.plan)).toMatchObject({ node: { kind: 'Sequence' } });
});

it('plans for the progressive overrides that hold', () => {
  const text = JSON.stringify;
  const without = text(plan('{ thing { price } }'));
  expect(without).not.toContain('two');
  expect(text(plan('{ thing { price } }', ['percent(10)']))).toContain('two');
  expect(text(plan('{ thing { price } }', []))).toBe(without);
});

describe('limits', () => {
  const refusedWith = (query: string, given = planner) => {
    const outcome = given.plan({ query, operationName: undefined, overrides: [], access: '' });
    return outcome.kind === 'refused' ? outcome.errors[0]?.extensions?.['code'] : outcome.kind;
  };
  /** @param count fragments, each of which spreads the next one several times */
  const flood = (count: number, spread: (name: string) => string) =>
    Array.from({ length: count }, (_, index) => {
      const inside = index === count - 1 ? 'id' : spread(`F${index + 1}`);
      return `fragment F${index} on Thing { ${inside} }`;
    }).join('\n');

  it('fragments may not multiply what the limit of tokens allows', () => {
    const limits = { ...defaultLimits, maxAliases: 100_000 };
    const generous = operationPlanner({ supergraphSdl, limits, introspection: true });
    const doubling = (name: string) => `a: rest { ...${name} } b: rest { ...${name} }`;
    const doubled = (times: number) =>
      refusedWith(`{ thing { ...F0 } } ${flood(times, doubling)}`, generous);
    expect(doubled(12)).toBe('planned');
    expect(doubled(13)).toBe('OPERATION_TOO_LARGE');
    const flat = (name: string) => `...${name} `.repeat(3);
    expect(refusedWith(`{ thing { ...F0 } } ${flood(40, flat)}`)).toBe('OPERATION_TOO_LARGE');
  });

  it('a plan may not be longer than the main thread can read at once', () => {
    const strict = operationPlanner(
      { supergraphSdl, limits: defaultLimits, introspection: true },
      700,
    );
    expect(refusedWith('{ thing { size } }', strict)).toBe('planned');
    expect(refusedWith('{ a: thing { size } b: thing { size } }', strict)).toBe(
      'OPERATION_TOO_LARGE',
    );
  });

  it('are those of the settings', () => {
    const deep = '{ rest '.repeat(20) + '{ id }' + ' }'.repeat(20);
    expect(refusedWith(`{ thing ${deep} }`)).toBe('OPERATION_TOO_DEEP');
    expect(refusedWith(`{ thing { ${'id '.repeat(10_000)} } }`)).toBe('OPERATION_TOO_LARGE');
  });

  const many = (count: number, of: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => of(index)).join(' ');
  const { maxAliases, maxDirectives, maxRootFields } = defaultLimits;
  it.each([
    [
      'aliases',
      maxAliases,
      (count: number) => `{ thing { ${many(count, (at) => `a${at}: id`)} } }`,
    ],
    [
      'aliases in a fragment that is spread twice',
      maxAliases / 2,
      (count: number) =>
        `{ thing { ...F rest { ...F } } } fragment F on Thing { ${many(count, (at) => `a${at}: id`)} }`,
    ],
    [
      'directives',
      maxDirectives,
      (count: number) => `{ thing { ${many(count, () => 'id @include(if: true)')} } }`,
    ],
    [
      'directives on fragments',
      maxDirectives,
      (count: number) => `{ thing { ${many(count, () => '... @include(if: true) { id }')} } }`,
    ],
    [
      'fields at its root',
      maxRootFields,
      (count: number) => `{ ${many(count, () => '__typename')} }`,
    ],
    [
      'fields at its root in fragments',
      maxRootFields,
      (count: number) =>
        `{ __typename ... { ...F } } fragment F on Query { ${many(count - 1, (at) => `a${at}: thing { id }`)} }`,
    ],
  ])('an operation may have so many %s and no more', (_what, maximum, operation) => {
    expect(refusedWith(operation(maximum))).toBe('planned');
    expect(refusedWith(operation(maximum + 1))).toBe('OPERATION_TOO_LARGE');
  });
});
