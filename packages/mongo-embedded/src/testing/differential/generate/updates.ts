import { Double, Int32 } from 'mongodb';
import type { Random } from '../../random.js';
import type { Document } from '../oracle/values.js';
import { condition, elementCondition } from './queries.js';
import { document, id, number, scalar, value } from './values.js';

export interface Update {
  readonly update: Document;
  readonly filter: Document;
  readonly arrayFilters?: Document[];
}

/** An update of one document or many: operators, a positional one, array filters, or a replacement. */
export function update(random: Random, filter: Document): Update {
  if (random.chance(0.1)) return positional(random, filter);
  if (random.chance(0.1)) return filtered(random, filter);
  return { update: operators(random), filter };
}

export function replacement(random: Random): Document {
  const { _id, ...fields } = document(random);
  return fields;
}

/** One to three operators, mostly on different paths: now and then they conflict. */
export function operators(random: Random): Document {
  const result: Record<string, Document> = {};
  for (let count = 1 + random.below(3); count > 0; count--) {
    const [name, path, operand] = random.pick(changes)(random);
    result[name] = { ...result[name], [path]: operand };
  }
  return result;
}

type Change = [name: string, path: string, operand: unknown];

const anyPath = [
  'a',
  'b',
  'n',
  'o',
  'o.x',
  'o.y.z',
  'o.w',
  'tags.1',
  'items.0.v',
  'items.1',
  'new',
];
const arrayPath = ['tags', 'tags', 'items', 'items.0.t', 'a', 'o.list'];

const changes: readonly ((random: Random) => Change)[] = [
  (random) => ['$set', random.pick(anyPath), value(random)],
  (random) => ['$set', random.pick(anyPath), value(random)],
  (random) => ['$setOnInsert', random.pick(anyPath), scalar(random)],
  (random) => ['$unset', random.pick(anyPath), ''],
  (random) => ['$inc', random.pick(['n', 'n', 'a', 'o.x', 'items.0.v']), number(random)],
  (random) => [
    '$mul',
    random.pick(['n', 'o.x']),
    random.pick([new Int32(2), new Double(1.5), number(random)]),
  ],
  (random) => [random.pick(['$min', '$max']), random.pick(anyPath), value(random)],
  (random) => ['$rename', random.pick(['a', 'b', 'o.x']), random.pick(['n', 'o.w', 'fresh'])],
  (random) => ['$push', random.pick(arrayPath), pushed(random)],
  (random) => ['$addToSet', random.pick(arrayPath), each(random)],
  (random) => ['$pull', random.pick(arrayPath), pulled(random)],
  (random) => ['$pullAll', random.pick(arrayPath), [scalar(random), value(random)]],
  (random) => ['$pop', random.pick(arrayPath), random.pick([1, -1])],
];

const each = (random: Random): unknown =>
  random.chance(0.5) ? scalar(random) : { $each: [scalar(random), value(random), scalar(random)] };

function pushed(random: Random): unknown {
  if (random.chance(0.4)) return value(random);
  return {
    $each: Array.from({ length: random.below(3) }, () => value(random)),
    ...(random.chance(0.3) ? { $position: random.below(4) - 1 } : {}),
    ...(random.chance(0.4) ? { $slice: random.below(7) - 3 } : {}),
    ...(random.chance(0.4) ? { $sort: random.pick([1, -1, { k: 1 }, { v: -1, k: 1 }]) } : {}),
  };
}

const pulled = (random: Random): unknown =>
  random.pick([() => scalar(random), () => value(random), () => elementCondition(random)])();

/** `array.$` changes the element that made the document match. */
function positional(random: Random, filter: Document): Update {
  const [path, found, target] = random.pick<[string, unknown, string]>([
    ['tags', scalar(random), 'tags.$'],
    ['tags', { $gte: number(random) }, 'tags.$'],
    ['items.k', scalar(random), 'items.$.v'],
    ['items', { $elemMatch: elementCondition(random) }, 'items.$.k'],
  ]);
  const own = '_id' in filter ? { _id: filter['_id'] } : {};
  return {
    filter: { ...own, [path]: found },
    update: { [random.pick(['$set', '$max'])]: { [target]: value(random) } },
  };
}

/** `array.$[]` and `array.$[name]`. */
function filtered(random: Random, filter: Document): Update {
  if (random.chance(0.3)) return { filter, update: { $set: { 'items.$[].k': scalar(random) } } };
  const onTags = random.chance(0.5);
  const change = onTags
    ? { $set: { 'tags.$[t]': value(random) } }
    : { $inc: { 'items.$[e].v': number(random) } };
  const arrayFilters = onTags
    ? [{ t: condition(random) }]
    : [{ [random.pick(['e.k', 'e.v'])]: condition(random) }];
  return { filter, update: change, arrayFilters };
}

/** A filter for an upsert: it names the id, since an id that the server makes is not known here. */
export const upsertFilter = (random: Random): Document => ({
  ...(random.chance(0.5) ? { [random.pick(['o.x', 'n', 'b', 'o'])]: scalar(random) } : {}),
  _id: id(random),
  ...(random.chance(0.3) ? { a: { $gt: scalar(random) } } : {}),
});
