import type { Rights } from './rights.js';

/**
 * Which of the rights that a supergraph mentions a viewer has: their positions, such as `0,3`; empty for none of them.
 * Viewers of one level get the same plans, so it is part of every key under which a plan or an answer is found.
 */
export type AccessLevel = string;

/** @param mentioned see `SupergraphFacts`; where it is empty, everybody has the level `''` */
export function accessLevels(mentioned: readonly string[]): (rights: Rights) => AccessLevel {
  if (mentioned.length === 0) return () => '';
  const known = new WeakMap<Rights, AccessLevel>();
  return (rights) => {
    if (rights.size === 0) return '';
    const before = known.get(rights);
    if (before !== undefined) return before;
    const positions = [...mentioned.keys()].filter((at) => rights.has(mentioned[at] ?? ''));
    const level = positions.join(',');
    known.set(rights, level);
    return level;
  };
}

/** The rights that a level stands for. */
export const rightsAt = (mentioned: readonly string[], level: AccessLevel): Rights =>
  new Set(level === '' ? [] : level.split(',').map((at) => mentioned[Number(at)] ?? ''));
