/**
 * What an operation costs, by IBM's specification (https://ibm.github.io/graphql-specs/cost-spec.html).
 * Plain numbers without a unit: what a weight of 1 means is the schema's to say.
 */
export interface Cost {
  /** The work of resolving: the sum of the weights of all fields that run, their arguments included. */
  readonly fieldCost: number;
  /** The size of the answer: the sum of the weights of all values in it. */
  readonly typeCost: number;
}

export const nothing: Cost = { fieldCost: 0, typeCost: 0 };

/** A hostile operation multiplies its lists until numbers end; it is dear enough long before. */
const bounded = (value: number): number => Math.min(value, Number.MAX_SAFE_INTEGER);

export const plus = (one: Cost, other: Cost): Cost => ({
  fieldCost: bounded(one.fieldCost + other.fieldCost),
  typeCost: bounded(one.typeCost + other.typeCost),
});

export const times = (count: number, { fieldCost, typeCost }: Cost): Cost => ({
  fieldCost: bounded(count * fieldCost),
  typeCost: bounded(count * typeCost),
});

/** The larger of each: an upper bound of both. */
export const upTo = (one: Cost, other: Cost): Cost => ({
  fieldCost: Math.max(one.fieldCost, other.fieldCost),
  typeCost: Math.max(one.typeCost, other.typeCost),
});
