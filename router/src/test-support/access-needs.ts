import { Supergraph } from '@apollo/federation-internals';
import { accessRequirements } from '../authorization/requirements.js';
import { composeSupergraph } from '../supergraph/compose.js';
import { supportedFeatures } from '../supergraph/features.js';

const imports = [
  ...[
    '"@key"',
    '"@shareable"',
    '"@external"',
    '"@requires"',
    '"@interfaceObject"',
    '"@inaccessible"',
  ],
  ...['"@authenticated"', '"@requiresScopes"', '"@policy"', '"@context"', '"@fromContext"'],
].join();
export const head = (imported = imports) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imported}])\n`;

/** Composes subgraphs with access control that today's composition accepts. */
export function compose(...subgraphs: readonly string[]): string {
  const composition = composeSupergraph(
    subgraphs.map((sdl, index) => ({
      name: `s${index}`,
      url: `http://s${index}/`,
      sdl: sdl.startsWith('extend schema') ? sdl : head() + sdl,
    })),
  );
  if ('errors' in composition) throw new Error(composition.errors.join('\n'));
  return composition.supergraphSdl;
}

export const requirementsOf = (supergraphSdl: string) =>
  accessRequirements(Supergraph.build(supergraphSdl, { supportedFeatures }).schema);

/** The sets of rights, as few as possible, with which a field may be seen. */
export function needs(supergraphSdl: string, coordinate: string): string[] {
  const requirements = requirementsOf(supergraphSdl);
  const { mentioned } = requirements;
  const [type = '', field = ''] = coordinate.split('.');
  const enough: string[][] = [];
  const subsets = Array.from({ length: 2 ** mentioned.length }, (_, bits) =>
    mentioned.filter((_right, at) => (bits >> at) % 2 === 1),
  ).sort((one, other) => one.length - other.length);
  for (const rights of subsets) {
    const isMore = enough.some((few) => few.every((right) => rights.includes(right)));
    if (!isMore && requirements.allows(new Set(rights), type, field)) enough.push(rights);
  }
  return enough.map((rights) => rights.join(' and ')).sort();
}
export const everybody = [''];

/** Marks a place where older versions of composition wrote a directive and today's refuses it. */
export const guarded = (supergraphSdl: string, place: string, directive = '@authenticated') => {
  if (!supergraphSdl.includes(place)) throw new Error(`no ${place} in\n${supergraphSdl}`);
  return supergraphSdl.replace(place, `${place} ${directive}`);
};
/** So that the supergraph knows all three. */
export const other = `other: Int @authenticated @requiresScopes(scopes: [["s"]]) @policy(policies: [["p"]])`;
