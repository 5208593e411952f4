import { describe, expect, it } from 'vitest';
import { compose, everybody, guarded, needs, other } from '../test-support/access-needs.js';

describe('what must be read for a field (GHSA-m8jr-fxqx-8xx6)', () => {
  const required = compose(
    `type Query { t: T ${other} } type T @key(fields: "id") { id: ID! secret: Int box: Box any: I pick: Pick } union Pick = V | W
     type Box { inner: Int open: Int } interface I { v: Int } type V implements I { v: Int w: Int } type W implements I { v: Int }`,
    `type T @key(fields: "id") { id: ID! secret: Int @external box: Box @external any: I @external pick: Pick @external
       simple: Int @requires(fields: "secret") deep: Int @requires(fields: "box { inner }")
       cond: Int @requires(fields: "any { ... on V { w } }") named: Int @requires(fields: "pick { ... on W { __typename } }") free: Int @requires(fields: "box { open }") }
     union Pick = V | W type Box { inner: Int @external open: Int @external } interface I { v: Int } type V implements I { v: Int @external w: Int @external } type W implements I { v: Int @external }`,
    'type T @key(fields: "id") { id: ID! simple: Int @external chain: Int @requires(fields: "simple") }',
  );
  const place = (pattern: RegExp) => required.match(pattern)?.[0] ?? '?';
  it.each([
    ['a field', place(/secret: Int [^\n]*/), 'T.simple'],
    ['a field of a field', place(/type T\b[^}]*secret: Int [^\n]*/), 'T.chain'],
    ['a deep field', place(/inner: Int [^\n]*/), 'T.deep'],
    ['the type of a field', place(/type Box\n/).trim(), 'T.deep'],
    ['a condition alone', place(/type W implements I\n/).trim(), 'T.named'],
    ['a condition', place(/type V implements I\n/).trim(), 'T.cond'],
    ['a field in a condition', place(/w: Int [^\n]*/), 'T.cond'],
  ])('%s', (_name, where, coordinate) => {
    expect(needs(required, coordinate)).toEqual(everybody);
    expect(needs(guarded(required, where), coordinate)).toEqual(['authenticated']);
  });
  it('and nothing else', () => {
    expect(needs(guarded(required, place(/inner: Int [^\n]*/)), 'T.free')).toEqual(everybody);
  });

  const context = compose(`
    type Query { t: T ${other} } type T @key(fields: "id") @context(name: "t") { id: ID! unit: String u: U }
    type U @key(fields: "id") { id: ID! f(in: String @fromContext(field: "$t { unit }")): Int g: Int }`);
  it('@fromContext', () => {
    const unit = context.match(/unit: String[^\n]*/)?.[0] ?? '?';
    expect(needs(guarded(context, unit), 'U.f')).toEqual(['authenticated']);
    expect(needs(guarded(context, unit), 'U.g')).toEqual(everybody);
    expect(needs(guarded(context, 'type T'), 'U.f')).toEqual(['authenticated']);
  });

  it('an @interfaceObject by the way of its implementations', () => {
    const object = compose(
      `type Query { n: N ${other} } interface N @key(fields: "id") { id: ID! secret: Int } type A implements N @key(fields: "id") { id: ID! secret: Int }`,
      'type N @key(fields: "id") @interfaceObject { id: ID! secret: Int @external made: Int @requires(fields: "secret") }',
    );
    const secret = object.match(/type A\b[^}]*secret: Int[^\n]*/)?.[0] ?? '?';
    expect(needs(guarded(object, secret), 'N.made')).toEqual(['authenticated']);
    expect(needs(guarded(object, secret), 'A.made')).toEqual(['authenticated']);
  });

  it('today composition demands the same', () => {
    const open = () =>
      compose(
        'type Query { t: T } type T @key(fields: "id") { id: ID! secret: Int @authenticated }',
        'type T @key(fields: "id") { id: ID! secret: Int @external made: Int @requires(fields: "secret") }',
      );
    expect(open).toThrow('does not specify necessary @authenticated');
  });
});
