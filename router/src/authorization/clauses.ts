import type { Rights } from './rights.js';

/** What one directive asks for: all rights of at least one of these lists. */
export type Clause = readonly (readonly string[])[];

/** Whether a viewer has what every one of them asks for. */
export const holdsAll = (clauses: readonly Clause[], rights: Rights): boolean =>
  clauses.every((clause) => clause.some((all) => all.every((right) => rights.has(right))));

/** Whether everybody who has what is given has what is wanted too. */
export const implies = (given: readonly Clause[], wanted: Clause): boolean =>
  combinations(given.filter((clause) => isAlike(clause, wanted))).every((rights) =>
    holdsAll([wanted], new Set(rights)),
  );

/** Whether both are of the same directive: others say nothing about it. */
const isAlike = (one: Clause, other: Clause): boolean => kindOf(one) === kindOf(other);
const kindOf = ([[right = ''] = []]: Clause): string => right.split(':', 1)[0] ?? '';

/** Every way to have what all of them ask for. */
const combinations = (clauses: readonly Clause[]): string[][] => {
  const different = new Map(clauses.map((clause) => [JSON.stringify(clause), clause]));
  return [...different.values()].reduce<string[][]>(
    (before, clause) => before.flatMap((rights) => clause.map((more) => [...rights, ...more])),
    [[]],
  );
};
