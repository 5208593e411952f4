import { expect, it } from 'vitest';
import { defaultLimits } from '../config.js';
import { operationPlanner } from '../planning/operation-planner.js';
import { composeSupergraph } from './compose.js';
import { withoutOwnPurposes } from './features.js';

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext"])
  type Query { a: A @authenticated b: Int @requiresScopes(scopes: [["x"]]) c: Int @policy(policies: [["y"]]) }
  type A @key(fields: "id") @context(name: "a") { id: ID! unit: String d: D }
  type D @key(fields: "id") { id: ID! e(of: String @fromContext(field: "$a { unit }")): Int }`;

const supergraph = (): string => {
  const composition = composeSupergraph([{ name: 'one', url: 'http://one/', sdl }]);
  if ('errors' in composition) throw new Error(composition.errors.join('\n'));
  return composition.supergraphSdl;
};
const needing = (url: string, purpose: string) =>
  supergraph().replace('schema\n', `schema\n  @link(url: "${url}", for: ${purpose})\n`);
const load = (supergraphSdl: string) =>
  operationPlanner({ supergraphSdl, limits: defaultLimits, introspection: true });

it('access control and @context are supported', () => {
  const { facts } = load(supergraph());
  expect(facts.mentionedRights).toEqual(['authenticated', 'policy:y', 'scope:x']);
});

it.each([
  ['https://specs.apollo.dev/connect/v0.1', 'EXECUTION'],
  ['https://specs.apollo.dev/authenticated/v0.2', 'SECURITY'],
  ['https://specs.example.org/vault/v1.0', 'SECURITY'],
  ['https://specs.example.org/ghost/v0.5', 'EXECUTION'],
])('a supergraph that needs %s for %s is refused', (url, purpose) => {
  const refused = needing(url, purpose).replace(/ *@link\(url: "[^"]*authenticated\/v0.1".*\n/, '');
  expect(() => load(refused)).toThrow(`${url} is for: ${purpose} but is unsupported`);
});

it('a version of access control that is not known is refused though nobody says what it is for', () => {
  const other = supergraph().replace('policy/v0.1", for: SECURITY', 'policy/v0.2"');
  expect(() => load(other)).toThrow('policy/v0.2 is not supported');
});

it('the stock gateway gets the same supergraph, without the purposes that are served here', () => {
  const text = needing('https://specs.example.org/vault/v1.0', 'SECURITY');
  const shown = withoutOwnPurposes(text);
  expect(text.match(/for: SECURITY/g)).toHaveLength(5);
  expect(shown.match(/for: SECURITY/g)).toHaveLength(1);
  expect(shown).toContain('https://specs.example.org/vault/v1.0", for: SECURITY');
  expect(shown).toBe(text.replaceAll(/(apollo\.dev[^\n]*)for: SECURITY\)/g, '$1)'));
  expect(withoutOwnPurposes('type Query { a: Int }')).toBe('type Query { a: Int }');
});
