import { describe, expect, it } from 'vitest';
import {
  compose,
  everybody,
  guarded,
  head,
  needs,
  other,
  requirementsOf,
} from '../test-support/access-needs.js';

describe('what is written', () => {
  const sdl = compose(`
    type Query { open: Int ${other} lists: Int @requiresScopes(scopes: [["a", "b"], ["c"]])
      none: Int @requiresScopes(scopes: []) one: Int @requiresScopes(scopes: ["a", "b"]) thing: Thing kind: Kind }
    type Thing @authenticated { x: Int y: Int @policy(policies: [["p"]]) }
    enum Kind @requiresScopes(scopes: [["k"]]) { A }`);
  it.each([
    ['Query.open', everybody],
    ['Query.other', ['authenticated and policy:p and scope:s']],
    ['Query.lists', ['scope:a and scope:b', 'scope:c']],
    ['Query.none', everybody],
    ['Query.one', ['scope:a', 'scope:b']],
    ['Query.thing', ['authenticated']],
    ['Query.kind', ['scope:k']],
    ['Thing.x', ['authenticated']],
    ['Thing.y', ['authenticated and policy:p']],
    ['Query.__typename', everybody],
    ['Nothing.here', everybody],
  ])('%s', (coordinate, expected) => expect(needs(sdl, coordinate)).toEqual(expected));

  it('of several subgraphs, all of it', () => {
    const both = compose(
      'type Query { a: Int @shareable @requiresScopes(scopes: [["x"], ["y"]]) }',
      'type Query { a: Int @shareable @requiresScopes(scopes: [["z"]]) @authenticated }',
    );
    expect(needs(both, 'Query.a')).toEqual([
      'authenticated and scope:x and scope:z',
      'authenticated and scope:y and scope:z',
    ]);
  });

  it('on the root type: every field', () => {
    const root = compose('type Query @authenticated { a: Int } type Mutation { b: Int }');
    expect(needs(root, 'Query.a')).toEqual(['authenticated']);
    expect(needs(root, 'Mutation.b')).toEqual(everybody);
  });

  it('under another name', () => {
    const renamed = compose(
      `${head('{ name: "@authenticated", as: "@login" }, { name: "@requiresScopes", as: "@may" }')}
       type Query { a: Int @login b: Int @may(scopes: [["x"]]) c: Int @federation__policy(policies: [["p"]]) }`,
    );
    // The whole feature may be renamed as well.
    const feature = renamed.replace(
      'import: [{name: "@authenticated", as: "@login"}]',
      'as: "login"',
    );
    expect(feature).not.toBe(renamed);
    for (const text of [renamed, feature]) {
      expect(needs(text, 'Query.a')).toEqual(['authenticated']);
      expect(needs(text, 'Query.b')).toEqual(['scope:x']);
      expect(needs(text, 'Query.c')).toEqual(['policy:p']);
    }
  });

  it('by somebody else under the same name means nothing here', () => {
    const foreign = compose('directive @login on FIELD_DEFINITION type Query { a: Int @login }');
    expect(requirementsOf(foreign).mentioned).toEqual([]);
  });
});

describe('interfaces', () => {
  const types = `
    type Query { node: Node union: Any ${other} }
    interface Node { id: ID name: String }
    type A implements Node @key(fields: "id") { id: ID name: String @authenticated }
    type B implements Node @key(fields: "id") { id: ID name: String @requiresScopes(scopes: [["s"]]) }
    type C implements Node @key(fields: "id") { id: ID name: String }
    union Any = A | B | C`;
  const sdl = compose(types);
  it.each([
    ['Node.name', ['authenticated and scope:s']],
    ['A.name', ['authenticated']],
    ['B.name', ['scope:s']],
    ['C.name', everybody],
    ['Node.id', everybody],
  ])('what implementations ask for together: %s', (coordinate, expected) =>
    expect(needs(sdl, coordinate)).toEqual(expected),
  );

  it('as older composition left them: without what implementations ask for', () => {
    const old = sdl.replace(/interface Node[^{]*\{[^}]*\}/, (text) =>
      text.replaceAll(/@(authenticated|requiresScopes)(\(scopes[^)]*\))?/g, ''),
    );
    expect(old).not.toBe(sdl);
    expect(needs(old, 'Node.name')).toEqual(['authenticated and scope:s']);
  });

  const withPolicy = guarded(
    sdl,
    sdl.match(/interface Node[^{]*\{\s*id: ID/)?.[0] ?? '?',
    '@policy(policies: [["p"]])',
  );
  it.each([['Node.id'], ['A.id'], ['C.id']])(
    'what is written on their fields holds for implementations (GHSA-mx7m-j9xf-62hw): %s',
    (coordinate) => expect(needs(withPolicy, coordinate)).toEqual(['policy:p']),
  );

  const onType = sdl.replace(/interface Node/, 'interface Node @policy(policies: [["p"]])');
  it.each([
    ['Query.node', ['policy:p']],
    ['A.id', ['policy:p']],
    ['C.name', ['policy:p']],
    ['B.name', ['policy:p and scope:s']],
    ['Query.union', everybody],
  ])('what is written on themselves holds for implementations: %s', (coordinate, expected) =>
    expect(needs(onType, coordinate)).toEqual(expected),
  );

  it('types that implement them', () => {
    const guardedType = compose(`
      type Query { node: Node any: Any b: B }
      interface Node { id: ID } union Any = A | B
      type A implements Node @authenticated { id: ID } type B implements Node { id: ID }`);
    const old = guardedType.replace(/(interface Node[^{@]*@join__type[^@{]*)@authenticated/, '$1');
    expect(old).not.toBe(guardedType);
    for (const sdl of [guardedType, old]) {
      expect(needs(sdl, 'Query.node')).toEqual(['authenticated']);
      expect(needs(sdl, 'Node.id')).toEqual(['authenticated']);
    }
    expect(needs(guardedType, 'Query.any')).toEqual(everybody);
    expect(needs(guardedType, 'B.id')).toEqual(everybody);
    expect(needs(guardedType, 'Query.b')).toEqual(everybody);
  });

  it('types that clients do not see count as well', () => {
    const hidden = compose(`
      type Query { node: Node } interface Node { id: ID }
      type A implements Node { id: ID } type B implements Node @inaccessible { id: ID @authenticated }`);
    expect(needs(hidden, 'Node.id')).toEqual(['authenticated']);
  });

  it('@interfaceObject', () => {
    const object = compose(
      'type Query { n: N } interface N @key(fields: "id") { id: ID! } type A implements N @key(fields: "id") { id: ID! } type B implements N @key(fields: "id") { id: ID! }',
      'type N @key(fields: "id") @interfaceObject { id: ID! views: Int @authenticated }',
    );
    for (const type of ['N', 'A', 'B']) {
      expect(needs(object, `${type}.views`), type).toEqual(['authenticated']);
    }
  });
});
